import tempfile
import unittest
from pathlib import Path

import draw_scaling

OUTPUT = """Running bench_scaling
name,iterations,cpu_time,"priced","stopped"
"size/16/1/iterations:1",1,5.7609,19025,0
"elements/16/0/iterations:1",1,20000,9,1
"""


class DrawScaling(unittest.TestCase):
    def setUp(self):
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "output.csv"
            output.write_text(OUTPUT, encoding="utf-8")
            self.rows = draw_scaling.rows_of(output)

    def test_a_benchmark_becomes_a_row_in_seconds(self):
        self.assertEqual(self.rows[0], {"series": "size", "x": "16", "factors": "perfect", "cpu_s": "0.005761",
                                        "priced": "19025", "stopped": "no"})

    def test_an_array_is_named_by_its_elements(self):
        self.assertEqual((self.rows[1]["x"], self.rows[1]["stopped"]), ("256", "yes"))

    def test_a_stopped_search_is_a_hollow_point(self):
        drawing = draw_scaling.draw([*self.rows, {**self.rows[0], "series": "levels"}])
        self.assertEqual(drawing.count('r="4" stroke="#c8553d" fill="white"'), 1)

    def test_what_is_drawn_in_the_docs_is_what_the_table_beside_it_says(self):
        rows = list(draw_scaling.csv.DictReader(draw_scaling.TABLE.read_text(encoding="utf-8").splitlines()))
        self.assertEqual(draw_scaling.DRAWING.read_text(encoding="utf-8"), draw_scaling.draw(rows))


if __name__ == "__main__":
    unittest.main()
