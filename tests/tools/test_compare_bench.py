"""tools/compare-bench says which function became slower, and says nothing where nothing is shown."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "compare-bench"
NINE = [100.0, 101.0, 99.0, 100.5, 99.5, 102.0, 98.0, 100.2, 99.8]


def measured(times, machine="one"):
    return {"machine": machine, "commit": "c", "benchmark_library": "release", "load": [0.1], "cpu_ns": times}


class CompareBench(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def compare(self, *documents):
        paths = []
        for number, document in enumerate(documents):
            path = pathlib.Path(self.folder.name) / f"{number}.json"
            path.write_text(document if isinstance(document, str) else json.dumps(document),
                            encoding="utf-8")
            paths.append(str(path))
        return subprocess.run([sys.executable, str(TOOL), *paths], capture_output=True, text=True,
                              check=False)

    def line(self, name, before, now):
        found = self.compare(measured({name: before}), measured({name: now}))
        self.assertEqual(found.returncode, 0, found.stderr)
        return next(line for line in found.stdout.splitlines() if line.startswith(name))

    def test_function_twice_as_slow_is_called_slower_with_its_ratio(self):
        line = self.line("Hash", NINE, [2 * time for time in NINE])
        self.assertIn("slower", line)
        self.assertIn("2.00 [", line)

    def test_function_half_as_slow_is_called_faster(self):
        self.assertIn("faster", self.line("Hash", NINE, [time / 2 for time in NINE]))

    def test_same_times_and_times_within_the_noise_show_no_difference(self):
        self.assertIn("no difference shown", self.line("Hash", NINE, NINE))
        self.assertIn("no difference shown", self.line("Hash", NINE, [1.01 * t for t in NINE]))

    def test_too_few_repetitions_get_no_interval(self):
        line = self.line("Hash", NINE, [200.0] * 5)
        self.assertIn("no interval: 9 and 5 repetitions, 6 are needed", line)
        self.assertNotIn("slower", line)

    def test_function_of_one_side_alone_gets_no_ratio(self):
        found = self.compare(measured({"Old": NINE}), measured({"New": NINE}))
        self.assertIn("no ratio: not in this run", found.stdout)
        self.assertIn("no ratio: not in the baseline", found.stdout)

    def test_baseline_of_another_machine_gives_no_ratio_at_all(self):
        found = self.compare(measured({"Hash": NINE}, "one"), measured({"Hash": NINE}, "two"))
        self.assertIn("another machine", found.stdout)
        self.assertNotIn("Hash", found.stdout)

    def test_file_that_is_no_measurement_is_refused_and_named(self):
        found = self.compare("not json", measured({"Hash": NINE}))
        self.assertEqual(found.returncode, 2)
        self.assertIn("0.json", found.stderr)


if __name__ == "__main__":
    unittest.main()
