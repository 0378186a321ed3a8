import { onScopeDispose, type Ref, ref } from "vue";

const LOOK_MS = 250;

/** The part of a barcode detector that is used (Shape Detection API). */
interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}
type DetectorClass = new (options: { formats: "qr_code"[] }) => Detector;

/** The browser's own, where there is one that reads such codes; else the one of a library, loaded when it is needed. */
async function detector(): Promise<Detector> {
  const own = (globalThis as { BarcodeDetector?: DetectorClass & { getSupportedFormats: () => Promise<string[]> } }).BarcodeDetector;
  const formats: readonly string[] = own === undefined ? [] : await own.getSupportedFormats().catch((): string[] => []);
  const Chosen: DetectorClass = own !== undefined && formats.includes("qr_code") ? own : (await import("qr/decode.js")).BarcodeDetector;
  return new Chosen({ formats: ["qr_code"] });
}

/** Whether there may be a camera here: browsers offer none to pages that are not secure. */
export const canScan = (): boolean => "mediaDevices" in navigator;

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

  async function look(eye: Detector, video: HTMLVideoElement): Promise<void> {
    const [code] = await eye.detect(video).catch(() => []);
    if (code !== undefined && code.rawValue !== last) {
      last = code.rawValue;
      await found(code.rawValue);
    }
    if (state.value === "on") timer = setTimeout(() => void look(eye, video), LOOK_MS);
  }

  async function start(video: HTMLVideoElement): Promise<void> {
    const eye = await detector();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      state.value = "denied";
      return;
    }
    video.srcObject = stream;
    await video.play();
    state.value = "on";
    void look(eye, video);
  }

  onScopeDispose(stop);
  return { state, start, stop };
}
