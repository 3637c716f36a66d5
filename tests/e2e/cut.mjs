// Finds text that is cut or that overlaps other text.

/** In the page: every text that does not fit where it stands. */
export function cutTexts() {
  const faults = [];
  const named = (element) => {
    const own = element.dataset?.testid ?? element.getAttribute('class') ?? element.id;
    return `${element.tagName.toLowerCase()}.${own}`;
  };
  const isHidden = (element) => element.closest('.visually-hidden, [hidden], .said-only, option, select, canvas')
    || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  // What floats above the rest while that is scrolled lies on something at any moment.
  const floats = (element) => {
    for (let box = element; box; box = box.parentElement) {
      if (['sticky', 'fixed'].includes(getComputedStyle(box).position)) return true;
    }
    return false;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const boxes = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!node.data.trim() || !element || isHidden(element) || element.closest('svg, .terminal, .scroll')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter((rect) => rect.width > 1 && rect.height > 1);
    let scrolled = false;
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      const { left, right, top, bottom } = box.getBoundingClientRect();
      const scrolls = (overflow) => overflow === 'auto' || overflow === 'scroll';
      const wide = rects.some((rect) => rect.right > right + 1.5 || rect.left < left - 1.5);
      const high = rects.some((rect) => rect.bottom > bottom + 1.5 || rect.top < top - 1.5);
      if (scrolls(style.overflowX) || scrolls(style.overflowY)) { scrolled = true; break; }
      const cuts = style.overflowX !== 'visible' || style.overflowY !== 'visible';
      if (style.display !== 'inline' && (wide || (cuts && high))) {
        faults.push(`${named(element)} leaves ${named(box)}: ${node.data.trim().slice(0, 40)}`);
        break;
      }
    }
    if (!scrolled && !floats(element)) boxes.push(...rects.map((rect) => ({ rect, element, text: node.data.trim().slice(0, 30) })));
  }
  for (let i = 0; i < boxes.length; i += 1) {
    for (let j = i + 1; j < boxes.length; j += 1) {
      const [a, b] = [boxes[i], boxes[j]];
      if (a.element === b.element || a.element.contains(b.element) || b.element.contains(a.element)) continue;
      const width = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
      const height = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
      if (width > 2 && height > 5) faults.push(`${named(a.element)} “${a.text}” lies on ${named(b.element)} “${b.text}”`);
    }
  }
  return [...new Set(faults)].slice(0, 12);
}
