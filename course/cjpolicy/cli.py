"""The command `cjpolicy`: each subcommand is a small function here, and its work is done elsewhere."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cjpolicy.errors import CourseError

if TYPE_CHECKING:
    from cjpolicy.grading.workshop import Workshop

__all__ = ["main"]

# A command is added by a line in COMMANDS: its name, what it does, its options, and what runs it.
Options = Callable[[argparse.ArgumentParser], None]
Run = Callable[[argparse.Namespace], int]


def study(arguments: argparse.Namespace) -> int:
    """Copy the lessons and assignments to my-work and open JupyterLab there."""
    from cjpolicy import desk

    course = desk.find_course()
    if arguments.update:
        print(desk.take_update(course, arguments.update))
        return 0
    for line in desk.delivery_report(desk.copy_notebooks(course)):
        print(line)
    return desk.open_study(course, browser=arguments.browser, port=arguments.port)


def progress(arguments: argparse.Namespace) -> int:
    """Print what the reader has done, save a copy of it, take one in, or erase it."""
    from cjpolicy.journal import card, copies, session

    kept, done = session.store(), (arguments.export, arguments.restore, arguments.erase)
    if any(done):
        print(copies.change(kept, *done))
    else:
        print(card.of_store(kept, Path.cwd()))
    return 0


def teach(arguments: argparse.Namespace) -> int:
    """Open JupyterLab on the whole course with nbgrader's teaching pages."""
    from cjpolicy import desk

    return desk.open_teaching(desk.find_course(), browser=arguments.browser, port=arguments.port)


def doctor(arguments: argparse.Namespace) -> int:
    """Print what is in order and what is not; 1 where anything is wrong."""
    from cjpolicy import desk, doctor

    findings = doctor.examine(desk.find_course())
    for finding in findings:
        print(finding)
    return int(any(finding.level == "problem" for finding in findings))


def mark(arguments: argparse.Namespace) -> int:
    """Print the marks of the reader's own copy of an assignment, item by item."""
    from cjpolicy import desk
    from cjpolicy.grading import mark

    forgiving_output()
    for line in mark.report(mark.mark(desk.find_course(), arguments.prefix, arguments.file)):
        print(line)
    return 0


def grade(arguments: argparse.Namespace) -> int:
    """Mark what a class has handed in for an assignment; 1 where a submission could not be handled."""
    from cjpolicy.grading import report
    from cjpolicy.grading.grade import grade, report_path
    from cjpolicy.grading.names import one_assignment
    from cjpolicy.grading.workshop import sources

    forgiving_output()
    course = real_course()
    name = one_assignment(arguments.prefix, sources(course.root))
    try:
        found = grade(
            course,
            name,
            arguments.student,
            rerun=arguments.rerun,
            jobs=arguments.jobs,
            seed=arguments.seed,
            unsandboxed=arguments.without_sandbox,
            progress=report.Display(),
        )
    except KeyboardInterrupt:
        print("\nStopped. What was finished is kept; run the same command again to go on from there.")
        sys.stdout.flush()
        # Not the usual way out, which would wait for the notebooks that are still running.
        os._exit(1)
    for line in report.summary(found):
        print(line)
    print(f"The whole report: {report_path(course, name).relative_to(course.root)}")
    return int(bool(found.unmarked))


def regrade(arguments: argparse.Namespace) -> int:
    """Say whose marks a changed assignment would change; with a reason, change them."""
    from cjpolicy.grading.names import one_assignment
    from cjpolicy.grading.report import Display
    from cjpolicy.grading.workshop import sources
    from cjpolicy.review import regrade

    forgiving_output()
    if arguments.lower and not arguments.reason:
        raise CourseError("--lower lets marks fall, and that needs a reason: add --reason TEXT.")
    if arguments.reason is not None:
        regrade.needed(arguments.reason)
    course = real_course()
    name = one_assignment(arguments.prefix, sources(course.root))
    try:
        found = regrade.preview(
            course,
            name,
            arguments.student,
            arguments.jobs,
            Display(),
            unsandboxed=arguments.without_sandbox,
        )
        for line in regrade.summary(found):
            print(line)
        if arguments.reason is None:
            print(f'Nothing has been changed. To apply it: cjpolicy regrade {name} --reason "why"')
            print("No mark falls then, unless you add --lower.")
            return 0
        done = regrade.apply(course, found, arguments.reason, arguments.lower, Display())
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.")
        sys.stdout.flush()
        # Not the usual way out, which would wait for the notebooks that are still running.
        os._exit(1)
    for line in regrade.applied(done):
        print(line)
    if arguments.student:
        print(f"The others have their old marks. Run cjpolicy regrade {name} before you grade again.")
    return 0


def handout(arguments: argparse.Namespace) -> int:
    """Build what a class is given."""
    from cjpolicy import desk
    from cjpolicy.grading.handout import make_handout

    course = desk.find_course()
    for made in make_handout(course, arguments.output or course.root / "handout"):
        print(f"Made {made}")
    return 0


def site(arguments: argparse.Namespace) -> int:
    """Make the lessons into pages that open from disk."""
    from cjpolicy import desk
    from cjpolicy.site import make_site

    course = desk.find_course()
    output = arguments.output or course.root / "site"
    count = make_site(course.lessons, output)
    print(f"Made the pages of {count} lessons. Open {output / 'index.html'} in a browser.")
    return 0


def review(arguments: argparse.Namespace) -> int:
    """Make pages of the solutions and of what a class answered, or of a simulated class."""
    from cjpolicy import desk
    from cjpolicy.review.pages import make_demo, make_review

    course = desk.find_course()
    given = arguments.output
    if arguments.demo:
        output = given or course.root / "classroom" / "review-demo"
        students, seed = arguments.students, arguments.seed
        made = make_demo(course.root, output, students, seed, names=arguments.names, progress=making)
    else:
        output = given or course.root / "classroom" / "review-pages"
        made = make_review(course.root, output, names=arguments.names, progress=making)
    print(f"Made the pages of {made.assignments} assignments and {made.students} students.")
    print(f"Open {output / 'index.html'} in a browser.")
    return 0


def making(what: str) -> None:
    """Say what is being made, while it is."""
    print(f"Making {what} ...", flush=True)


def roster(arguments: argparse.Namespace) -> int:
    """Bring the gradebook's students up to date."""
    from cjpolicy.grading.roster import take_roster

    print(take_roster(real_course(), arguments.file))
    return 0


def due(arguments: argparse.Namespace) -> int:
    """Write due dates to the gradebook."""
    from cjpolicy.grading.roster import take_due_dates
    from cjpolicy.grading.workshop import sources

    course = real_course()
    for line in take_due_dates(course, arguments.file, sources(course.root)):
        print(line)
    return 0


def feedback(arguments: argparse.Namespace) -> int:
    """Write everybody's feedback on an assignment."""
    from cjpolicy.grading.names import one_assignment
    from cjpolicy.grading.steps import give_feedback
    from cjpolicy.grading.workshop import sources

    course = real_course()
    name = one_assignment(arguments.prefix, sources(course.root))
    pages = give_feedback(course, name, arguments.with_answers)
    print(f"Made {pages} pages in classroom/feedback.")
    return 0


def feedback_zip(arguments: argparse.Namespace) -> int:
    """Pack an assignment's feedback for a campus system."""
    from cjpolicy.grading.campus import pack_feedback
    from cjpolicy.grading.names import one_assignment
    from cjpolicy.grading.workshop import sources

    course = real_course()
    target, pages = pack_feedback(course, one_assignment(arguments.prefix, sources(course.root)))
    print(f"Made {target}, with {pages} pages.")
    return 0


def forgiving_output() -> None:
    """Have what a console cannot show replaced: an old one has no arrows and ticks; the marks matter more."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def real_course() -> "Workshop":
    """Return nbgrader at work on the clone this package belongs to."""
    from cjpolicy import desk
    from cjpolicy.grading.workshop import Workshop

    return Workshop(desk.find_course().root)


def lab_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the commands that open JupyterLab."""
    parser.add_argument(
        "--no-browser", dest="browser", action="store_false", help="print the address; open no browser"
    )
    parser.add_argument("--port", type=int, default=8888, help="the port to serve on (default 8888)")


def study_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `cjpolicy study`."""
    lab_options(parser)
    parser.add_argument(
        "--update",
        metavar="NAME",
        help="replace one notebook by the course's new version; yours is kept beside it",
    )


def progress_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `cjpolicy progress`."""
    parser.add_argument("--export", type=Path, metavar="FILE", help="save a copy as a new JSON file")
    parser.add_argument("--restore", type=Path, metavar="FILE", help="take in such a copy")
    parser.add_argument("--erase", action="store_true", help="forget everything")


def mark_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `cjpolicy mark`."""
    prefix_option(parser)
    parser.add_argument(
        "--file", type=Path, metavar="PATH", help="the notebook; by default your copy in my-work"
    )


def grade_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `cjpolicy grade`."""
    marking_options(parser)
    parser.add_argument(
        "--rerun", action="store_true", help="mark again what is marked already; marks given by hand stay"
    )
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="random inputs as in the run whose report has this seed",
    )


def regrade_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `cjpolicy regrade`."""
    marking_options(parser)
    parser.add_argument(
        "--reason", metavar="TEXT", help="apply it, and tell students why; without it nothing is changed"
    )
    parser.add_argument("--lower", action="store_true", help="let marks fall, too")


def marking_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the commands that mark a class."""
    prefix_option(parser)
    parser.add_argument(
        "--student",
        action="append",
        default=[],
        metavar="ID",
        help="mark this student alone; give it again for more (an id that begins with -: --student=-x)",
    )
    parser.add_argument(
        "--jobs", type=positive, default=2, metavar="N", help="notebooks to run at a time (default 2)"
    )
    parser.add_argument(
        "--without-sandbox",
        action="store_true",
        help="where there is no sandbox, run students' code with your own rights",
    )


def positive(word: str) -> int:
    """Read a whole number of at least 1."""
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is not a whole number of at least 1")
    return int(word)


def handout_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `cjpolicy handout`."""
    parser.add_argument("--output", type=Path, metavar="DIR", help="where to put it (default: handout)")


def site_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `cjpolicy site`."""
    parser.add_argument("--output", type=Path, metavar="DIR", help="where to put it (default: site)")


def review_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `cjpolicy review`."""
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="where to put it (default: classroom/review-pages)"
    )
    parser.add_argument(
        "--names", action="store_true", help="show students' names; without it they have codes"
    )
    parser.add_argument("--demo", action="store_true", help="show a simulated class instead of your own")
    parser.add_argument(
        "--students",
        type=positive,
        default=60,
        metavar="N",
        help="how many students --demo makes (default 60)",
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="another seed makes another simulated class"
    )


def prefix_option(parser: argparse.ArgumentParser) -> None:
    """Add the one option of the commands that work on an assignment."""
    parser.add_argument("prefix", metavar="ASSIGNMENT", help="its name, or the beginning of it, such as a02")


def feedback_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `cjpolicy feedback`."""
    prefix_option(parser)
    parser.add_argument("--with-answers", action="store_true", help="show the model answers too")


def file_option(parser: argparse.ArgumentParser) -> None:
    """Add the one option of the commands that read a CSV file."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the CSV file")


def no_options(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has no options."""


COMMANDS: dict[str, tuple[str, Options, Run]] = {
    "study": ("open the lessons and assignments in JupyterLab, as your own copy", study_options, study),
    "teach": ("open JupyterLab with nbgrader's teaching pages", lab_options, teach),
    "progress": ("show what you have done; save, take in or erase it", progress_options, progress),
    "mark": ("mark your own copy of an assignment, item by item", mark_options, mark),
    "grade": ("mark what a class has handed in for an assignment, and report on it", grade_options, grade),
    "regrade": (
        "say whose marks a changed assignment would change, and change them with a reason",
        regrade_options,
        regrade,
    ),
    "handout": ("build what a class is given: no solutions, no keys", handout_options, handout),
    "site": (
        "make the lessons into pages that open from disk, with no kernel and no network",
        site_options,
        site,
    ),
    "review": (
        "make pages of the solutions and of what a class answered: results, items, misconceptions",
        review_options,
        review,
    ),
    "roster": ("read a class's students (id, first_name, last_name, email) from CSV", file_option, roster),
    "due": ("read due dates (assignment, due) from CSV", file_option, due),
    "feedback": ("write a page for each student: points, mistakes, next steps", feedback_options, feedback),
    "feedback-zip": ("pack an assignment's feedback for a campus system", prefix_option, feedback_zip),
    "doctor": ("say what is wrong with this set-up, if anything", no_options, doctor),
}


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(prog="cjpolicy", description="Study, teach and mark the course.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, (summary, options, run) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        options(command)
        command.set_defaults(run=run)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Parameters
    ----------
    words : sequence of str, optional
        The words after `cjpolicy`; by default those this process was started with.

    Returns
    -------
    int
        0 when all is well, 1 when the command found a problem, 2 when it could not run.
    """
    arguments = build_parser().parse_args(words)
    try:
        status: int = arguments.run(arguments)
    except CourseError as error:
        print(f"cjpolicy: {error}", file=sys.stderr)
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main())
