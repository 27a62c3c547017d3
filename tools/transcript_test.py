import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import check_docs
import run_transcripts
import test_all
import transcript

TRUE = Path("/bin/true")  # the commands here are the shell's own


class Transcripts(unittest.TestCase):
    def run_text(self, text: str, update: bool = False) -> tuple[int, list[str], str]:
        """The number of cases, the faults and the text afterwards of a transcript."""
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            path = Path(folder) / "a.txt"
            path.write_text(text, encoding="utf-8")
            count, faults = run_transcripts.run(path, TRUE, update)
            return count, faults, path.read_text(encoding="utf-8")

    def test_output_error_output_and_status_are_compared(self):
        count, faults, _ = self.run_text("# About\n$ echo a; echo b >&2; exit 3\na\n! b\n[exit 3]\n\n$ true\n")
        self.assertEqual((count, faults), (2, []))

    def test_each_of_them_can_be_wrong(self):
        for text in ("$ echo a\nb\n", "$ echo a\n", "$ echo b >&2\nb\n", "$ exit 3\n", "$ true\n[exit 1]\n",
                     "$ echo a\na\nb\n", "$ echo 'a '\na\n"):
            with self.subTest(text):
                self.assertEqual(len(self.run_text(text)[1]), 1)

    def test_a_transcript_without_commands_fails(self):
        self.assertEqual(len(self.run_text("echo a\n")[1]), 1)

    def test_three_dots_stand_for_any_lines(self):
        self.assertEqual(self.run_text("$ seq 5\n1\n...\n5\n")[1], [])
        self.assertEqual(self.run_text("$ seq 5\n1\n2\n...\n3\n4\n5\n")[1], [])
        self.assertEqual(len(self.run_text("$ seq 5\n1\n...\n6\n")[1]), 1)

    def test_the_commands_of_a_transcript_share_a_folder(self):
        self.assertEqual(self.run_text("$ echo a > f\n\n$ cat f\na\n")[1], [])

    def test_the_commands_have_a_cache_of_their_own(self):
        self.assertEqual(self.run_text('$ test -d "$XDG_CACHE_HOME" || echo "${XDG_CACHE_HOME#$PWD}"\n/.cache\n')[1], [])

    def test_an_update_rewrites_what_differs_and_keeps_the_rest(self):
        text = "# About\n$ seq 3\n1\n...\n3\n\n# Two\n$ echo b; exit 2\na\n\n$ echo c\n"
        wanted = "# About\n$ seq 3\n1\n...\n3\n\n# Two\n$ echo b; exit 2\nb\n[exit 2]\n\n$ echo c\nc\n"
        _, faults, after = self.run_text(text, update=True)
        self.assertEqual((faults, after), ([], wanted))
        self.assertEqual(self.run_text(after)[1], [])


class Docs(unittest.TestCase):
    def page_faults(self, text: str) -> tuple[int, list[str]]:
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "cli/picojoule"
            program.parent.mkdir()
            program.write_text("#!/bin/sh\necho \"$@\"\necho warning >&2\n", encoding="utf-8")
            program.chmod(0o755)
            page = Path(folder) / "page.md"
            page.write_text(text, encoding="utf-8")
            return check_docs.check_page(page, program, update=False)

    def test_console_blocks_run_with_their_error_output_among_the_output(self):
        self.assertEqual(self.page_faults("Text\n```console\n$ picojoule a b\na b\nwarning\n```\n"), (1, []))
        self.assertEqual(self.page_faults("```console\n$ ./run a\na\nwarning\n```\n"), (1, []))
        self.assertEqual(len(self.page_faults("```console\n$ picojoule a b\na c\n...\n```\n")[1]), 1)

    def test_other_blocks_and_other_commands_do_not_run(self):
        self.assertEqual(self.page_faults("```\n$ picojoule a\n```\n```console\n$ ./test\n5 passed\n```\n"), (0, []))

    def test_an_example_is_compiled_with_the_library_and_its_output_compared(self):
        if not (transcript.default_binary().parent.parent / "build.ninja").exists():
            self.skipTest("the release build is not configured")
        code = '#include <cstdio>\n#include "pj/base/text.hpp"\nint main() { std::puts(pj::grouped(1234).c_str()); }\n'
        for text, failures in (("1,234", 0), ("1234", 1)):
            with tempfile.TemporaryDirectory() as folder:
                page = Path(folder) / "page.md"
                page.write_text(f"```cpp example\n{code}```\n\n```text\n{text}\n```\n", encoding="utf-8")
                count, faults = check_docs.check_page(page, transcript.default_binary(), update=False)
                self.assertEqual((count, len(faults)), (1, failures), faults)


class Counting(unittest.TestCase):
    def test_a_case_that_was_left_out_is_not_counted_as_passed(self):
        output = "SKIPPED: tables (not there)\n[doctest] test cases:  5 |  4 passed | 0 failed | 1 skipped\n"
        self.assertEqual(test_all.count_doctest(0, output), test_all.Count(3, 0, 2))

    def test_a_crash_is_a_failure(self):
        self.assertEqual(test_all.count_doctest(-11, "segmentation fault"), test_all.Count(failed=1))
        output = "[doctest] test cases:  5 |  5 passed | 0 failed | 0 skipped\n"
        self.assertEqual(test_all.count_doctest(1, output), test_all.Count(5, 1, 0))


if __name__ == "__main__":
    unittest.main()
