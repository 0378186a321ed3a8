import { onScopeDispose, type Ref, ref } from "vue";

const LOOK_MS = 250;

/** The part of the browser's barcode detector that is used (Shape Detection API); not every browser has it. */
interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}
type DetectorClass = new (options: { formats: string[] }) => Detector;

const detectorClass = (): DetectorClass | undefined => (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;

/** Whether this browser can look for codes by itself. */
export const canScan = (): boolean => detectorClass() !== undefined && "mediaDevices" in navigator;

export interface Scanner {
  /** "denied" when the camera may not be used. */
  readonly state: Ref<"off" | "on" | "denied">;
  readonly start: (video: HTMLVideoElement) => Promise<void>;
  readonly stop: () => void;
}

/** Looks through the camera for codes; tells each text once until another one is seen. The camera is off after `stop`. */
export function useScanner(found: (text: string) => Promise<void>): Scanner {
  const state = ref<"off" | "on" | "denied">("off");
  let stream: MediaStream | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = "";

  function stop(): void {
    clearTimeout(timer);
    stream?.getTracks().forEach((track) => {
      track.stop();
    });
    stream = null;
    if (state.value === "on") state.value = "off";
  }

  async function look(detector: Detector, video: HTMLVideoElement): Promise<void> {
    const [code] = await detector.detect(video).catch(() => []);
    if (code !== undefined && code.rawValue !== last) {
      last = code.rawValue;
      await found(code.rawValue);
    }
    if (state.value === "on") timer = setTimeout(() => void look(detector, video), LOOK_MS);
  }

  async function start(video: HTMLVideoElement): Promise<void> {
    const Barcodes = detectorClass();
    if (Barcodes === undefined) return;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      state.value = "denied";
      return;
    }
    video.srcObject = stream;
    await video.play();
    state.value = "on";
    void look(new Barcodes({ formats: ["qr_code"] }), video);
  }

  onScopeDispose(stop);
  return { state, start, stop };
}
