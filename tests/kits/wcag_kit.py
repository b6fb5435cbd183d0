"""What a browser can tell of WCAG 2.2 that axe does not ask: each gives the faults that it found, in words."""

from __future__ import annotations

from typing import Any

_WIDE = """() => {
  const width = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth <= width) return found;
  const scrolls = one => { for (; one; one = one.parentElement)
    if (one !== document.body && one !== document.documentElement &&
        ['auto', 'scroll', 'hidden'].includes(getComputedStyle(one).overflowX)) return true; return false; };
  for (const one of document.body.querySelectorAll('*'))
    if (one.getBoundingClientRect().right > width + 1 && !scrolls(one.parentElement)) found.push(name(one));
  return found.length ? found : ['the page is wider than the window'];
}"""
_NAME = "const name = one => `${one.tagName.toLowerCase()}${one.id ? '#' + one.id : ''}.${one.className}`;"
_SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""
_CUT = """() => [...document.body.querySelectorAll('*')].filter(one => {
  const style = getComputedStyle(one), own = [...one.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  const box = one.getBoundingClientRect();
  return own && box.width > 2 && box.height > 2 && style.overflow !== 'visible' && !one.closest('svg') &&
    style.clipPath === 'none' && style.overflowX !== 'auto' && style.overflowX !== 'scroll' &&
    (one.scrollHeight > one.clientHeight + 2 || one.scrollWidth > one.clientWidth + 2); }).map(name)"""
_FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const what = `${name(one)} ${one.type || ''}`;
  if (one.dataset.order) return {key: one.dataset.order, what, faults: []};
  const look = () => { const s = getComputedStyle(one);
    return [s.outlineStyle === 'none' ? '' : s.outlineWidth + s.outlineColor, s.boxShadow, s.backgroundColor,
            s.borderColor, s.textDecorationLine].join(); };
  const with_ = look(), box = one.getBoundingClientRect(), faults = [];
  const points = [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]].map(([x, y]) =>
    document.elementFromPoint(box.left + box.width * x, box.top + box.height * y));
  if (box.width && box.height && !points.some(at => at && (one.contains(at) || at.contains(one) ||
      (one.labels && [...one.labels].some(label => label.contains(at)))))) faults.push('covered: ' + name(one));
  one.dataset.order = String(++window.tabbed);
  one.blur();
  const seen = look() !== with_;
  one.focus({focusVisible: true, preventScroll: true});
  if (!seen) faults.push('no focus is seen: ' + name(one));
  return {key: one.dataset.order, what, faults};
}"""
MOST_TABS = 400
PARTS = 6
"""Stops that one field may have: a date has its day, month, year and calendar."""


def narrow_faults(page: Any) -> list[str]:
    """What stands beyond the right edge of the window, in no box that scrolls by itself."""
    return list(page.evaluate(f"() => {{ {_NAME} return ({_WIDE})() }}"))


def spacing_faults(page: Any) -> list[str]:
    """Words that are cut off when lines, letters, words and paragraphs are set as far apart as 1.4.12 says."""
    page.add_style_tag(content=_SPACED)
    return [*page.evaluate(f"() => {{ {_NAME} return ({_CUT})() }}"), *narrow_faults(page)]


def keyboard_faults(page: Any) -> list[str]:
    """Through the page by Tab until it ends: a focus that is not seen, that is covered, or that cannot be left."""
    page.evaluate("() => { window.tabbed = 0; document.activeElement && document.activeElement.blur() }")
    faults, keys = list[str](), list[str]()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        found = page.evaluate(f"() => {{ {_NAME} return ({_FOCUS})() }}")
        if found is None or (found["key"] in keys[:1] and keys[-1] != keys[0]):
            return faults
        if keys[-PARTS:] == [found["key"]] * PARTS:
            return [*faults, f"trapped: {found['what']}"]
        faults += found["faults"]
        keys.append(found["key"])
    return [*faults, f"no end after {MOST_TABS} stops"]


def by_rule(page: Any, rule: str) -> list[str]:
    """What axe finds by a rule that it asks only if it is asked for: `target-size`, `label-content-name-mismatch`."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": {"type": "rule", "values": [rule]}}).response
    assert found["passes"] or found["violations"] or found["inapplicable"], "axe looked at nothing"
    return [str(node["target"]) for one in found["violations"] for node in one["nodes"]]
