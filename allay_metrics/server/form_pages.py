"""The steps of the form as HTML: consent, warning signs, what to do, the questions, the end."""

from dataclasses import dataclass
from html import escape

from allay_metrics.actions.open_form import BIRTH, WORDS, OpenForm
from allay_metrics.actions.parent_form import FormEnd
from allay_metrics.outcomes.wording import LANGUAGES, Sign, Wording, signs
from allay_metrics.server.form_html import page, phrase
from allay_metrics.server.form_signs import (
    instructions_html,
    phone_numbers_html,
    reading_start_html,
)

_FEW = 8  # up to this many choices are listed one below the other


@dataclass(frozen=True)
class FormStep:
    """One page to draw: the state of the form, its language, and the key of its saves."""

    form: OpenForm
    language: str
    key: str
    wrong: str = ""

    def draw(self, name: str) -> str:
        """Return the page of a step."""
        drawn = {
            "consent": self._consent,
            "signs": self._signs,
            "act": self._act,
            "leave": self._leave,
            BIRTH: self._birth,
            WORDS: self._words,
        }
        return drawn[name]() if name in drawn else self._question(name)

    def _say(self, key: str, **parts: str) -> str:
        return phrase(key, self.language, **parts)

    def _page(self, inside: str, left: str = "", css: str = "") -> str:
        # The page of instructions has each number beside its instruction.
        calls = (
            phone_numbers_html(self.form.ticked, self.language)
            if self.form.ticked and not css
            else ""
        )
        wrong = f'<p class="w" role="alert">{self._say(self.wrong)}</p>' if self.wrong else ""
        about = self._say("about", initial=self.form.about) if self.form.about else ""
        top = f"<span>{left or about}</span>{self._other_language()}"
        return page(self.language, self._say("title"), calls + wrong + inside, top=top, css=css)

    def _form(self, step: str, inside: str, css: str = "") -> str:
        return (
            f'<form method="post"{f" class={css}" if css else ""}>'
            f'<input type="hidden" name="key" value="{self.key}">'
            f'<input type="hidden" name="lang" value="{self.language}">'
            f'<input type="hidden" name="step" value="{step}">{inside}</form>'
        )

    def _other_language(self) -> str:
        other = next(language for language in LANGUAGES if language != self.language)
        if not self.form.consented:
            return f'<a class="l" href="?lang={other}" lang="{other}">{self._say("language")}</a>'
        inside = (
            f'<button class="l" name="to" value="{other}" lang="{other}">'
            f"{self._say('language')}</button>"
        )
        return self._form("language", inside)

    def _back(self, name: str) -> str:
        order = ("consent", "signs", *self.form.steps)
        before = order[order.index(name) - 1]
        return f'<a class="l" href="?at={before}">{self._say("back")}</a>'

    def _foot(self, name: str) -> str:
        return f"<footer>{self._back(name)}<span>{self._say('monitored')}</span></footer>"

    def _consent(self) -> str:
        checked = " checked" if self.form.in_totals else ""
        agree = self._form(
            "consent",
            f'<label class="t"><input type="checkbox" name="totals" value="1"{checked}>'
            f"<span>{self._say('totals')}</span></label>"
            f'<button class="go">{self._say("agree")}</button>',
        )
        return self._page(
            f"<h1>{self._say('welcome')}</h1><p>{self._say('consent')}</p>"
            f'<p class="w">{self._say("monitored")}</p>{self._read_from()}{agree}'
            f'<p class="q">{self._say("unvalidated")}</p>'
            f'<footer><a class="l" href="?at=leave&amp;lang={self.language}">'
            f"{self._say('leave')}</a></footer>"
        )

    def _leave(self) -> str:
        return self._page(
            f"<h1>{self._say('leave_title')}</h1><p>{self._say('leave_text')}</p>"
            + self._form("leave", f'<button class="go">{self._say("leave_sure")}</button>')
            + f'<a class="b" href="?lang={self.language}">{self._say("leave_not")}</a>'
        )

    def _signs(self) -> str:
        groups = ("baby", "parent") if self.form.kind == "infant" else ("parent",)
        all_signs = signs(self.language)
        listed = "".join(
            f"<h2>{self._say(f'signs_{who}')}</h2>"
            + "".join(self._sign(sign) for sign in all_signs if sign.who == who)
            for who in groups
        )
        form_html = self._form(
            "signs",
            f'{listed}<button name="none" value="1" class="go">{self._say("signs_none")}</button>'
            f"<button>{self._say('signs_some')}</button>",
        )
        return self._page(f"<h1>{self._say('signs_title')}</h1>{form_html}{self._foot('signs')}")

    def _sign(self, sign: Sign) -> str:
        checked = " checked" if sign.id in self.form.ticked else ""
        return (
            f'<label class="t"><input type="checkbox" name="sign" value="{sign.id}"{checked}>'
            f"<span>{escape(sign.question)}</span></label>"
        )

    def _act(self) -> str:
        """Return the instructions, shown before everything else, with two buttons to go on."""
        return self._page(
            f"<h1>{self._say('act')}</h1>{instructions_html(self.form.ticked, self.language)}"
            f"<p>{self._say('flag_kept')}</p>{self._read_from()}"
            + self._form(
                "told",
                f"<button>{self._say('told')}</button>"
                f'<button name="stop" value="1">{self._say("stop")}</button>',
            ),
            css="act",
        )

    def _read_from(self) -> str:
        return reading_start_html(self.form.reading, self.language)

    def _birth(self) -> str:
        born = (
            f'<label class="f">{self._say("born")}<input type="date" name="born"></label>'
            if self.form.asks_date
            else ""
        )
        form_html = self._form(
            BIRTH,
            f'{born}<label class="f">{self._say("weeks")}'
            '<input type="number" name="weeks" min="22" max="44" step="1" inputmode="numeric">'
            f'</label><button class="go">{self._say("go_on")}</button>'
            f'<button name="skip" value="1" formnovalidate>{self._say("skip")}</button>',
        )
        return self._page(
            f"<h1>{self._say('birth_title')}</h1><p>{self._say('birth_why')}</p>"
            f"{form_html}{self._foot(BIRTH)}",
            self._place(BIRTH),
        )

    def _place(self, name: str) -> str:
        steps = self.form.steps
        number, all_ = str(steps.index(name) + 1), str(len(steps))
        about = f" · {escape(self.form.about)}" if self.form.about else ""
        return f"{self._say('of', number=number, all=all_)}{about}"

    def _question(self, name: str) -> str:
        words = self.form.words(name, self.language)
        own = ""
        if name == "top_concern" and "pgic" not in self.form.measures:
            own = self._field("text", "yours", name)
        if name == "harms":
            own = self._field("text", "what", name)
        inside = own + self._choices(name, words) + self._without(name)
        return self._page(
            f"<h1>{escape(words.question)}</h1>{self._form(name, inside)}{self._foot(name)}",
            self._place(name),
        )

    def _choices(self, name: str, words: Wording) -> str:
        answer = self.form.answers.get(name)
        buttons = "".join(
            f'<button name="value" value="{value:g}"'
            f"{' class=on' if answer and answer.value == value else ''}>{escape(label)}</button>"
            for value, label in words.choices
        )
        if words.low_word:
            first, last = (words.choices[index][1] for index in (0, -1))
            ends = f"<span>{escape(first)} = {escape(words.low_word)}</span>"
            ends += f"<span>{escape(last)} = {escape(words.high_word)}</span>"
            return f'<div class="s">{buttons}</div><div class="e">{ends}</div>'
        css = "c" if len(words.choices) <= _FEW else "g"
        return f'<div class="{css}">{buttons}</div>'

    def _without(self, name: str) -> str:
        button = ""
        if name == "feed_pain":
            button = f'<button name="skip" value="1">{self._say("no_breast")}</button>'
        return button + f'<button class="l" name="skip" value="1">{self._say("skip")}</button>'

    def _field(self, field: str, label: str, name: str) -> str:
        answer = self.form.answers.get(name)
        text = escape(answer.text) if answer else ""
        return (
            f'<label class="f">{self._say(label)}'
            f'<textarea name="{field}" rows="2" maxlength="2000">{text}</textarea></label>'
        )

    def _words(self) -> str:
        form_html = self._form(
            WORDS,
            self._field("text", "words_text", WORDS)
            + f'<button class="go">{self._say("send")}</button>',
        )
        return self._page(
            f"<h1>{self._say('words_title')}</h1>{form_html}{self._foot(WORDS)}", self._place(WORDS)
        )


def last_page(ended: FormEnd, key: str) -> str:
    """Return the last page of a form, with the instructions where a sign was ticked.

    `key` is how the form ended: thanks, stopped or left.
    """
    language = ended.language
    title = phrase(f"{key}_title", language)
    inside = f"<h1>{title}</h1><p>{phrase(f'{key}_text', language)}</p>"
    if ended.ticked:
        inside += reading_start_html(ended.reading, language)
        inside += f"<h2>{phrase('act', language)}</h2>{instructions_html(ended.ticked, language)}"
    return page(language, title, inside, css="end")
