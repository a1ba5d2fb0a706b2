"""What a shell hears that asks what could come next."""

from __future__ import annotations

import pytest

from live_server import clean_environment, run_command


def asked(words: str, at: int) -> list[str]:
    env = clean_environment() | {"_PARQUAY_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(at)}
    answer = run_command(env=env)
    assert answer.returncode == 0
    return answer.stdout.split()


def test_commands_and_options_are_completed():
    assert asked("parquay fe", 1) == ["fetch"]
    assert {"list", "add"} <= set(asked("parquay user ", 2))
    assert asked("parquay upload --deli", 2) == ["--delimiter"]
    assert asked("parquay upload 'half a quote", 2) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell_is_shown_and_installed(shell, tmp_path):
    env = clean_environment() | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1", "HOME": str(tmp_path)}

    shown, installed = (
        run_command("--show-completion", shell, env=env),
        run_command("--install-completion", shell, env=env),
    )

    assert (shown.returncode, installed.returncode) == (0, 0)
    assert "_PARQUAY_COMPLETE" in shown.stdout
    assert any("_PARQUAY_COMPLETE" in each.read_text() for each in tmp_path.rglob("*") if each.is_file())


def test_both_ways_tell_the_version():
    told = [run_command(*words, env=clean_environment()).stdout for words in (["--version"], ["version"])]

    assert told[0] == told[1]
    assert told[0].startswith("parquay ")
