import csv
import unittest

import draw_dataflows

HEAD = "layers,elements,batch,dataflow,no_mapping,macs,operations,dram,buffer,array,registers\n"
TABLE = HEAD + "CONV,256,1,RS,,10,20,40,0,0,20\nCONV,256,1,WS,too large,0,,,,,\nFC,1024,16,RS,,10,10,90,0,0,0\n"


class DrawDataflows(unittest.TestCase):
    def setUp(self):
        self.rows = list(csv.DictReader(TABLE.splitlines()))
        self.drawing = draw_dataflows.draw(self.rows)

    def test_a_part_is_a_multiple_of_the_energy_of_an_operation(self):
        self.assertEqual(draw_dataflows.each(self.rows[0], "dram"), 2.0)
        self.assertIn(f'height="{draw_dataflows.HEIGHT * 2 / 4:.1f}" fill="{draw_dataflows.PARTS["dram"]}"', self.drawing)

    def test_the_axis_says_what_it_is_of_and_is_round(self):
        self.assertEqual(self.drawing.count(draw_dataflows.AXIS), 1)
        self.assertEqual([draw_dataflows.step(most) for most in (2.0, 4.0, 10.0, 35.0)], [0.5, 1, 5, 10])

    def test_what_has_no_mapping_is_a_cross(self):
        self.assertEqual(self.drawing.count("×"), 1)

    def test_what_is_drawn_in_the_docs_is_what_the_table_beside_it_says(self):
        rows = list(csv.DictReader(draw_dataflows.TABLE.read_text(encoding="utf-8").splitlines()))
        self.assertEqual(draw_dataflows.DRAWING.read_text(encoding="utf-8"), draw_dataflows.draw(rows))


if __name__ == "__main__":
    unittest.main()
