"""The description of a run of one trace, for benchmarks of what is stored."""

from labkit.core import RunDescription, Vocabulary


def describe_run(title: str) -> RunDescription:
    """Describe a run with readings of one electrical terminal, `drain`, and nothing else."""
    return RunDescription(
        run_id="benchmark",
        title=title,
        protocol_name="benchmark",
        implements="",
        protocol_text="name: benchmark\n",
        bench_text="",
        sample_text="",
        parameters={},
        metrics=(),
        terminals={"drain": "electrical"},
        wavelengths={},
        light_uncertainty={},
        vocabulary=Vocabulary(marks=(), terminals=("drain",), loops=(), valued_loops=()),
        plan="{}",
        seed=1,
        virtual=True,
        labkit_version="0",
        environment={},
    )
