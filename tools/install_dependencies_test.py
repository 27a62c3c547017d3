import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import tree

SCRIPT = tree.ROOT / "tools/install_dependencies.sh"
USUAL = ("bash", "cat", "env", "grep", "sed", "tr")


class Install(unittest.TestCase):
    """The script with made-up dpkg-query, apt-get, apt-cache, id and, where there is one, sudo."""

    def run_with(self, installed: str, offered: str = "", user: str = "0", sudo: bool = False,
                 debian: bool = True, npm: bool = False) -> tuple[int, str, str]:
        """The status, what was said, and the calls of apt-get."""
        with tempfile.TemporaryDirectory() as folder:
            tools = {"id": f"echo {user}",
                     "apt-cache": f'case " {offered} " in *" $2 "*) echo "  Candidate: 1" ;; *) echo "(none)" ;; esac'}
            if debian:
                tools |= {"dpkg-query": f"for p in {installed}; do echo \"ii $p\"; done",
                          "apt-get": f'echo "$@" >> {folder}/calls'}
            if sudo:
                tools["sudo"] = f'echo sudo >> {folder}/calls; "$@"'
            if npm:
                tools["npm"] = "exit 1"
            for name, body in tools.items():
                (Path(folder) / name).write_text(f"#!/bin/bash\n{body}\n", encoding="utf-8")
                (Path(folder) / name).chmod(0o755)
            for name in USUAL:
                os.symlink(f"/usr/bin/{name}", Path(folder) / name)
            done = subprocess.run(["bash", SCRIPT, "run"], env={"PATH": folder}, capture_output=True, text=True,
                                  check=False)
            calls = Path(folder) / "calls"
            return done.returncode, done.stderr, calls.read_text(encoding="utf-8") if calls.exists() else ""

    ALL = ("g++ cmake ninja-build libyaml-cpp-dev nlohmann-json3-dev libcli11-dev libprotobuf-dev protobuf-compiler "
           "libonnx-dev zlib1g-dev libpng-dev libjpeg-dev libopenblas-dev libfftw3-dev libdnnl-dev ccache")

    def test_nothing_is_said_or_done_where_nothing_is_missing(self):
        self.assertEqual(self.run_with(self.ALL), (0, "", ""))

    def test_root_installs_what_is_missing_and_only_that(self):
        status, said, calls = self.run_with(self.ALL.replace("cmake ", ""))
        self.assertEqual((status, calls.split("\n")[0]), (0, "update -q"))
        self.assertTrue(calls.rstrip().endswith("--no-install-recommends cmake"), calls)
        self.assertIn("Missing packages: cmake.", said)

    def test_another_user_installs_through_sudo(self):
        status, _, calls = self.run_with(self.ALL.replace("cmake ", ""), user="1000", sudo=True)
        self.assertEqual((status, calls.split("\n")[0]), (0, "sudo"))

    def test_without_root_and_sudo_the_missing_packages_are_named(self):
        status, said, calls = self.run_with(self.ALL.replace("cmake ", ""), user="1000")
        self.assertEqual((status, calls), (1, ""))
        self.assertIn("Missing packages: cmake. Install them, or run this as root", said)

    def test_a_welcome_package_is_installed_only_where_it_is_offered(self):
        without = self.ALL.replace(" ccache", "")
        self.assertEqual(self.run_with(without), (0, "", ""))
        self.assertIn("recommends ccache", self.run_with(without, offered="ccache")[2])

    def test_npm_is_installed_where_there_is_none_of_another_origin(self):
        self.assertIn("recommends nodejs npm", self.run_with(self.ALL, offered="nodejs npm")[2])
        self.assertEqual(self.run_with(self.ALL, offered="nodejs npm", npm=True), (0, "", ""))

    def test_another_system_is_told_what_it_needs(self):
        status, said, _ = self.run_with("", debian=False)
        self.assertEqual(status, 0)
        self.assertIn("neither Debian nor Ubuntu", said)


if __name__ == "__main__":
    unittest.main()
