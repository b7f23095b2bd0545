// Sliders come without a name for screen readers: they get their label's and its explanation.
const nameSliders = (root) => {
  for (const slider of root.querySelectorAll(".widget-slider")) {
    const label = slider.querySelector("label");
    const handle = slider.querySelector("[role=slider]");
    if (label && handle) handle.setAttribute("aria-label", `${label.innerText}: ${label.title}`);
  }
};

export default {
  render({ el }) {
    el.classList.add("ck-frame");
    const observer = new MutationObserver(() => nameSliders(root));
    let root = null;
    const begin = () => {
      root = el.closest(".clipkit-widget");
      if (!root) return requestAnimationFrame(begin); // not on the page yet
      nameSliders(root);
      observer.observe(root, { childList: true, subtree: true });
    };
    const waiting = requestAnimationFrame(begin);
    return () => {
      cancelAnimationFrame(waiting);
      observer.disconnect();
    };
  },
};
