"""`kata doctor`."""

import shutil
from types import SimpleNamespace

import kata.sandbox.host
from kata.commands import doctor
from kata.course import Course
from kata.course.recordings import ANY, Provenance, file_of, provenance_file


def test_doctor(warm, run):
    status, out, err = run("doctor")
    assert status == 0 and not err and "problem" not in out
    for words in (
        "Python 3",
        "torch",
        "CPUs",
        "a worker is ready in",
        "isolation",
        "MiB free",
        "every grader is there",
    ):
        assert words in out
    (warm / "exercises/01_one/double.py").unlink()
    (warm / "graders/02_two/test_again.py").unlink()
    (warm / "constraints.txt").write_text("numpy==1\ntorch==0.1 ; x\n")
    status, out, _ = run("doctor")
    assert status == 1 and "exercises/01_one/double.py" in out and "kata reset double" in out
    assert "test_again.py" in out and "tested is 0.1" in out
    assert doctor.tested_torch(warm) == "0.1"


def test_doctor_in_a_students_copy(warm, run):
    """Fit to grade with if it has recorded results in place of solutions; tests/release/ makes a whole one."""
    shutil.rmtree(warm / "solutions")
    status, out, _ = run("doctor")
    assert status == 1 and "nothing can be graded" in out
    file = provenance_file(warm)
    file.parent.mkdir(parents=True)
    file.write_text(Provenance([0, 7], ["cpu"], "9.9", "3.11", "Linux").text())
    for exercise in Course.load(warm).exercises:
        for name in (file_of(exercise, 0), file_of(exercise, ANY)):
            name.parent.mkdir(parents=True, exist_ok=True)
            name.touch()
    status, out, _ = run("doctor")
    assert status == 0 and "every student's copy" in out and "seeds 0, 7, on cpu, with torch 9.9" in out


def test_doctor_on_an_ill_machine(warm, run, monkeypatch):
    def no_sandbox(**settings):
        raise OSError("no process for you")

    monkeypatch.setattr(kata.sandbox.host, "Sandbox", no_sandbox)
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1 << 20))
    status, out, _ = run("doctor")
    assert status == 1 and "no process for you" in out and out.count("Make room") == 2
