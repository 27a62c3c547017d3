import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import check_layers

CMAKE = """
pj_module(base PUBLIC Threads::Threads)
pj_module(network DEPENDS base)
pj_module(accelerator DEPENDS base PRIVATE onnx_proto)
pj_module(mapping DEPENDS network accelerator)
"""


class Layers(unittest.TestCase):
    def faults(self, files: dict[str, str], cmake: str = CMAKE) -> str:
        """What the check prints for a tree with these files; nothing where it is content."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {"CMakeLists.txt": cmake, **files}.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            with contextlib.redirect_stdout(io.StringIO()) as output:
                status = check_layers.main(Path(folder))
        return output.getvalue() if status else ""

    def test_a_module_may_include_what_it_names_and_what_that_names(self):
        text = '#include "pj/mapping/a.hpp"\n#include "pj/network/b.hpp"\n#include "pj/base/c.hpp"\n#include <vector>\n'
        self.assertEqual(self.faults({"pj/mapping/a.cpp": text}), "")

    def test_a_module_may_not_reach_outward(self):
        self.assertIn("pj/base/a.cpp: includes pj/network/b.hpp, but base does not name it after DEPENDS",
                      self.faults({"pj/base/a.cpp": '#include "pj/network/b.hpp"\n'}))

    def test_a_module_may_not_reach_sideways(self):
        self.assertIn("accelerator does not name it",
                      self.faults({"pj/accelerator/a.hpp": '  #  include "pj/network/b.hpp"\n'}))

    def test_a_folder_must_be_a_declared_module(self):
        self.assertIn("rtl is no module", self.faults({"pj/rtl/a.cpp": '#include "pj/base/b.hpp"\n'}))

    def test_a_module_may_name_only_modules_above_it(self):
        self.assertIn("module a depends on b", self.faults({}, "pj_module(a DEPENDS b)\npj_module(b)\n"))

    def test_what_else_a_module_links_is_no_dependency(self):
        self.assertIn("base does not name it", self.faults({"pj/base/a.cpp": '#include "pj/network/b.hpp"\n'},
                                                           "pj_module(base TESTS network)\npj_module(network)\n"))

    def test_the_command_line_may_include_every_module_but_is_not_included(self):
        self.assertEqual(self.faults({"cli/a.cpp": '#include "pj/mapping/b.hpp"\n#include "cli/a.hpp"\n'}), "")
        self.assertIn("nothing includes cli/", self.faults({"pj/mapping/a.cpp": '#include "cli/a.hpp"\n'}))

    def test_only_tests_include_test_support(self):
        text = '#include "tests/support/files.hpp"\n'
        self.assertEqual(self.faults({"pj/base/a_test.cpp": text, "pj/base/test_cases.hpp": text}), "")
        self.assertIn("only tests include tests/", self.faults({"pj/base/a.cpp": text}))

    def test_what_test_support_includes_counts_for_the_test(self):
        files = {"tests/support/nets.hpp": '#include "pj/network/a.hpp"\n',
                 "pj/base/a_test.cpp": '#include "tests/support/nets.hpp"\n'}
        self.assertIn("pj/base/a_test.cpp: includes pj/network/a.hpp", self.faults(files))

    def test_a_header_may_not_include_a_heavy_header(self):
        text = "#include <nlohmann/json.hpp>\n"
        self.assertEqual(self.faults({"pj/base/a.cpp": text}), "")
        self.assertIn("keep it behind one .cpp", self.faults({"pj/base/a.hpp": text}))


if __name__ == "__main__":
    unittest.main()
