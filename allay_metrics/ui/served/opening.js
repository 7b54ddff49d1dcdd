// Tells the server which number of ours was clicked: its word stands in data-open.
export default function ({ setTriggerValue }) {
  const listen = (event) => {
    const hit = event.target.closest("[data-open]");
    if (hit) setTriggerValue("opened", hit.getAttribute("data-open"));
  };
  document.addEventListener("click", listen);
  return () => document.removeEventListener("click", listen);
}
