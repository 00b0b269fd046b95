"""A published number goes through the whole chain, and what does not pass says why."""

from pathlib import Path

from labkit.app import benchmark_literature, chosen_devices, device_data, literature_page


def test_numbers_come_out_of_simulated_instruments_and_are_kept(tmp_path: Path) -> None:
    devices = chosen_devices((114,))
    found = benchmark_literature(devices, lambda step: None, tmp_path, processes=1)
    (value,) = found.devices[0].values
    assert found.holds
    assert value.passed
    assert value.symbol == "PPF"
    assert value.low < value.value < value.high

    kept: list[bool] = []
    again = benchmark_literature(devices, lambda step: kept.append(step.kept), tmp_path, processes=1)
    assert kept == [True]
    assert [device_data(device) for device in again.devices] == [device_data(device) for device in found.devices]
    page = literature_page(found)
    assert "T2.11 [114]" in page
    assert "| **all** | **1** | **1** | **0** | **0** |" in page


def test_numbers_of_low_confidence_are_told_and_not_counted(tmp_path: Path) -> None:
    found = benchmark_literature(chosen_devices((85,)), lambda step: None, tmp_path, processes=1)
    assert found.counted == ()
    assert [value.quantity for value in found.devices[0].values] == ["states", "endurance_ltp_ltd"]
    assert {value.reason for value in found.devices[0].values} == {
        "no preset is sized after a number of low confidence"
    }
    assert found.devices[0].ran == ("ltp_ltd",)
