"""Makes a skipped test a failure where CI=true, because nobody reads what a passing run has skipped."""

import os

import pytest

from tests.support import must_have


def skipped(config: pytest.Config) -> list[str]:
    """Return the reasons for which tests were skipped, each with the place that gave it."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return [f"{report.nodeid}: {report.longrepr[2]}" for report in reports]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that would otherwise pass."""
    if must_have(os.environ) and session.exitstatus == pytest.ExitCode.OK and skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why such a run has failed."""
    reasons = skipped(terminalreporter.config)
    if must_have(os.environ) and reasons:
        terminalreporter.section("skipped, which CI=true does not allow", red=True)
        for reason in reasons:
            terminalreporter.line(reason)
