import unittest
from pathlib import Path

import check_sizes


def functions(text: str) -> list[tuple[str, int]]:
    """The functions found in C++ text, with their lengths."""
    return [(name, length) for name, _, length in check_sizes.cpp_functions(text)]


def body(lines: int) -> str:
    return "{\n" + "  f();\n" * (lines - 2) + "}\n"


class Sizes(unittest.TestCase):
    def test_a_function_is_counted_from_brace_to_brace(self):
        self.assertEqual(functions("int f(int a,\n      int b) " + body(7)), [("f", 7)])

    def test_blocks_and_lambdas_inside_a_function_are_part_of_it(self):
        self.assertEqual(functions("void f() {\n  if (x) {\n  }\n  g([] { h(); });\n}\n"), [("f", 5)])

    def test_functions_in_namespaces_and_classes_are_found(self):
        text = "namespace pj {\nstruct A : B {\n  int f() const { return 1; }\n};\nvoid g() " + body(3) + "}\n"
        self.assertEqual(functions(text), [("f", 1), ("g", 3)])

    def test_a_template_is_a_function_all_the_same(self):
        self.assertEqual(functions("template <class T, class U = std::vector<T>>\nvoid f(T t) " + body(4)), [("f", 4)])

    def test_a_table_is_no_function_but_a_lambda_in_it_is(self):
        text = "constexpr std::array rows{\n  Row{1},\n  Row{f(2)},\n};\nconst auto g = [](int x) " + body(5) + ";"
        self.assertEqual([length for _, length in functions(text)], [5])

    def test_braces_in_strings_comments_and_characters_do_not_count(self):
        text = "void f() {\n  // {\n  g(\"{\", '{', R\"(\n{ \" {)\", 1'000);  /* {\n */\n}\nvoid g() {}\n"
        self.assertEqual(functions(text), [("f", 6), ("g", 1)])

    def test_a_constructor_with_initializers_is_one_function(self):
        self.assertIn(3, [length for _, length in functions("A::A(int x) : x_(x), y_{x} " + body(3))])

    def test_a_long_function_is_refused(self):
        self.assertEqual(check_sizes.faults_of(Path("a.cpp"), "void f() " + body(40)), [])
        self.assertEqual(check_sizes.faults_of(Path("a.cpp"), "\nvoid f() " + body(41)),
                         ["a.cpp:2: f has 41 lines; the limit is 40"])

    def test_a_long_python_function_is_refused(self):
        self.assertEqual(check_sizes.faults_of(Path("a.py"), "def f():\n" + "    g()\n" * 40),
                         ["a.py:1: f has 41 lines; the limit is 40"])

    def test_a_long_file_is_refused(self):
        self.assertEqual(check_sizes.faults_of(Path("run"), "\n" * 400), [])
        self.assertEqual(check_sizes.faults_of(Path("run"), "\n" * 401), ["run: 401 lines; split it at 400"])


if __name__ == "__main__":
    unittest.main()
