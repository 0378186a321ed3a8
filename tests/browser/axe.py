"""axe-core in a page: what WCAG 2.2 AA finds there. Imported by the browser tests."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

SOURCE = Path(__file__).resolve().parents[2] / "web_client" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

STILL = """() => Promise.all(document.getAnimations()
  .filter((one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime !== Infinity)
  .map((one) => one.finished.catch(() => undefined)))"""
"""What fades in has the colours it will have only at its end."""

RUN = """async (tags) => {
  const checks = {region: {options: {regionMatcher: 'dialog, [role=dialog], [role=alertdialog], [role=menu], svg'}}};
  const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], checks});
  const said = (rule, node) => `${rule.id}: ${node.target.join(' ')}: ${node.any[0]?.message ?? rule.help}`;
  return found.violations.flatMap((rule) => rule.nodes.map((node) => said(rule, node)));
}"""


async def violations(page: Page) -> list[str]:
    """What is wrong on the page as it stands: rule, place, and what axe says of it.

    An open menu has the focus and belongs to no landmark, as axe says itself of dialogs.
    """
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(SOURCE.read_text(encoding="utf-8"))
    await page.evaluate(STILL)
    found: list[Any] = await page.evaluate(RUN, TAGS)
    return [str(one) for one in found]
