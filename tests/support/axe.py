"""Accessibility faults of a page, without those that are Streamlit's own and not ours to mend."""

from pathlib import Path

from playwright.sync_api import Page

_AXE = Path(__file__).resolve().parents[1] / "browser" / "axe" / "axe.min.js"

# rule -> the part of Streamlit 1.67 that breaks it, whatever the page does. Only faults inside
# that part are forgiven; the same fault anywhere else is ours.
STREAMLITS_OWN = {
    # The sparkline of st.metric and the canvas of st.line_chart are pictures without a name.
    "svg-img-alt": '[data-testid="stMetricChart"], [data-testid="stVegaLiteChart"]',
    # Sections of st.navigation put headings between the items of a list.
    "list": '[data-testid="stSidebarNavItems"], [data-testid="stTopNav"]',
    "listitem": '[data-testid="stSidebarNavItems"], [data-testid="stTopNav"]',
    # The drop zone of st.file_uploader has role presentation and can be focused.
    "presentation-role-conflict": '[data-testid="stFileUploader"]',
    # The column of check boxes of a selectable st.dataframe has no heading.
    "empty-table-header": '[data-testid="stDataFrame"]',
    # st.toast is a dialog without a name; its words are read out as they are.
    "aria-dialog-name": '[data-testid="stToast"]',
}

_RUN = """async (forgiven) => {
    const {violations} = await axe.run(document, {resultTypes: ['violations']});
    const isForgiven = (rule, node) => {
        const element = document.querySelector(node.target.flat().at(-1));
        return rule in forgiven && element && element.closest(forgiven[rule]);
    };
    return violations.flatMap(({id, nodes}) => nodes
        .filter((node) => !isForgiven(id, node))
        .map((node) => `${id}: ${node.html.slice(0, 200)} (${node.failureSummary})`));
}"""


def violations(page: Page, forgiven: dict[str, str] | None = None) -> list[str]:
    """Return one line for each fault of the whole document: rule, element, what is wrong.

    `forgiven` maps a rule to the elements inside which it is not counted.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    return page.evaluate(_RUN, STREAMLITS_OWN if forgiven is None else forgiven)
