"""The log says what went wrong and where, and never whose name was in it."""

import logging

import pytest

from allay_metrics import log

NAME = "Zqx Zqxson"


@pytest.fixture(autouse=True)
def quiet():
    """Give the record factory back after each test."""
    before = logging.getLogRecordFactory()
    log.strip_values()
    yield
    logging.setLogRecordFactory(before)


def broken():
    raise KeyError(NAME)


def raised():
    try:
        try:
            broken()
        except KeyError as cause:
            raise ValueError(f"no family {NAME}") from cause
    except ValueError as error:
        return error


def test_type_and_place_of_an_error_and_of_its_cause_are_told():
    told = log.format_error(raised())
    assert told.startswith("ValueError at ")
    assert "tests/test_log.py:" in told
    assert ", from KeyError at " in told
    assert NAME not in told


@pytest.mark.parametrize("name", ["allay_metrics.ui", "another.package", "uvicorn.error"])
def test_no_logger_writes_a_traceback_or_what_it_ends_in(caplog, name):
    logger = logging.getLogger(name)
    logger.propagate = True
    try:
        broken()
    except KeyError:
        logger.exception("Uncaught")
    logger.error("It was %s", raised())
    assert NAME not in caplog.text
    assert "Traceback" not in caplog.text
    # A server that ran here before may have its loggers say everything twice.
    assert len({line for line in caplog.text.splitlines() if "KeyError at" in line}) == 2


def test_what_a_library_says_beside_an_error_is_left_out(caplog):
    told = f"of {NAME}"
    logging.getLogger("another.package").error(told, exc_info=raised())
    assert NAME not in caplog.text
    assert "Unexpected in another.package: ValueError at" in caplog.text
