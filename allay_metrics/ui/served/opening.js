// Tells the server which number of ours was clicked: its word stands in data-al-open.
// The attribute is ours alone: Streamlit's own choosers carry data-open, and a click on one would
// run the page anew and close the drawer around it.
export default function ({ setTriggerValue }) {
  const listen = (event) => {
    const hit = event.target.closest("[data-al-open]");
    if (hit) setTriggerValue("opened", hit.getAttribute("data-al-open"));
  };
  document.addEventListener("click", listen);
  return () => document.removeEventListener("click", listen);
}
