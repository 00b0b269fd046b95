"""A request with the text of an editor in the place of a file."""

import pytest

from labkit.app import Request, plan_request, prepare, protocol_text
from labkit.core import DocumentError


def test_a_text_that_is_saved_nowhere_can_be_planned():
    text = protocol_text("ltp_ltd")[0].replace("title: Long-term", "title: My long-term")
    request = Request("my.yaml", "demo_memristor", set_name="slow", parameters={"cycles": "2"}, protocol_text=text)
    plan = plan_request(request).require()
    assert plan.program.title.startswith("My long-term")
    assert plan.program.text == text


def test_its_faults_name_the_file_that_it_is_for():
    text = protocol_text("ltp_ltd")[0].replace("count: $cycles", "count: $cycels")
    with pytest.raises(DocumentError) as told:
        prepare(Request("my.yaml", "demo_memristor", protocol_text=text))
    line = next(number for number, each in enumerate(text.splitlines(), start=1) if "cycels" in each)
    assert {(problem.file, problem.line) for problem in told.value.problems} == {("my.yaml", line)}
