"""`imaging passport`: what is known of an image, as the run that made or tested it has kept it."""

from __future__ import annotations

from dataclasses import dataclass

import click

from imaging.commands.flow import session
from imaging.commands.flow.passport import passport_of_image
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.output.reports.files import STANDARD_OUTPUT, Target, refuse_unfit, write_report
from imaging.commands.output.streams import on_terminal
from imaging.reports.passport.forms import PassportForm, passport_text
from imaging.reports.passport.json_form import passport_in
from models.exit_code import ExitCode


@dataclass(frozen=True)
class _Wish:
    form: PassportForm
    target: Target


@click.command(
    name="passport",
    cls=CommandWithExamples,
    examples=(
        Example("imaging passport db-07-v1 -o passport.html", "a page for people; it runs no script and loads nothing"),
        Example("imaging passport db-07-v1 --format cyclonedx -o bom.json", "its packages, for scanners"),
        Example("imaging passport db-07-v1 --format json | sha256sum", "compare it with the digest on the image"),
    ),
)
@click.argument("image")
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in PassportForm]),
    default=None,
    help="In which form; by default html (on a terminal markdown), with --json the form json.",
)
@click.option(
    "-o", "--output", "file", default=STANDARD_OUTPUT, metavar="FILE", help="Where; by default standard output."
)
@everywhere
def command(invocation: Invocation, image: str, form: str | None, file: str) -> int:
    """Write the passport of an image: what it is, what was tried, what is in it.

    IMAGE is a name or an id. The passport was kept by the run of this machine that made or verified the image. It says
    what the image is made from, the verdicts with their evidence, what was found and decided, and what is installed
    beyond its base. The SHA-256 of the form json is noted on the image, and is compared with it.

    The exit status is 1 if the image names another digest.
    """
    target = Target(file)
    wish = _Wish(PassportForm(form) if form else _default_form(target, json=invocation.json), target)
    refuse_unfit([wish.target], json=False)
    kept, is_noted = session.run(passport_of_image(invocation, image))
    text = kept if wish.form is PassportForm.JSON else passport_text(passport_in(kept), wish.form)
    write_report(wish.target, text)
    return ExitCode.VIOLATIONS if is_noted is False else ExitCode.DONE


def _default_form(target: Target, *, json: bool) -> PassportForm:
    if json:
        return PassportForm.JSON
    # A page is for a browser: on a terminal its stylesheet would be seen first.
    return PassportForm.MARKDOWN if target.is_standard_output and on_terminal() else PassportForm.HTML
