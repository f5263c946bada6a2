#!/usr/bin/env python3
"""Compares Grafana's dashboard and docs/protocol.md with a sender's actual /metrics.

    dashboard_test.py /path/to/jpegwire-sender

Needs promtool, Prometheus' own parser, from the package prometheus.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
METRIC = r"\b(?:jpegwire|process)_\w+"

sender_program = ""


def metrics_of_a_sender():
    """The text of /metrics, with one viewer."""
    with subprocess.Popen([sender_program, "--source", "test", "--size", "64x64", "--tcp", "off",
                           "--http", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True) as sender:
        try:
            for line in sender.stdout:
                if url := re.search(r"http://\S+", line):
                    # Some metrics are of the viewers that are connected.
                    with urllib.request.urlopen(url[0] + "stream", timeout=60) as stream:
                        stream.read(1)
                        with urllib.request.urlopen(url[0] + "metrics", timeout=60) as answer:
                            return answer.read().decode()
            raise AssertionError("the sender ended without naming its page")
        finally:
            sender.terminate()


def expressions():
    """The expressions of all panels, with Grafana's variables replaced as Grafana replaces them."""
    dashboard = json.loads((ROOT / "packaging/grafana-dashboard.json").read_text("utf-8"))
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield re.sub(r"\$__(rate_interval|range)", "1m", target["expr"])


class DashboardTest(unittest.TestCase):
    def setUp(self):
        text = metrics_of_a_sender()
        self.families = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
        self.series = set(re.findall(r"^(\w+)", text, re.MULTILINE))
        self.labels = set(re.findall(r"[{,](\w+)=", text)) | {"instance"}

    def test_asks_for_what_there_is_and_shows_all_of_it(self):
        asked_for = set()
        for expression in expressions():
            names = set(re.findall(METRIC, expression))
            self.assertTrue(names, expression)
            self.assertLessEqual(names, self.series, expression)
            for labels in re.findall(r"by \(([\w, ]+)\)", expression):
                self.assertLessEqual(set(labels.split(", ")), self.labels, expression)
            asked_for |= {re.sub("_bucket$", "", name) for name in names}
        self.assertEqual(asked_for, self.families)

    def test_is_understood_by_prometheus(self):
        rules = [{"record": f"panel:{i}", "expr": expression}
                 for i, expression in enumerate(expressions())]
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:  # JSON is valid YAML
            json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, file)
            file.flush()
            check = subprocess.run(["promtool", "check", "rules", file.name], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(check.returncode, 0, check.stdout)

    def test_the_documentation_names_all_metrics(self):
        documented = set(re.findall(METRIC, (ROOT / "docs/protocol.md").read_text("utf-8")))
        self.assertEqual(documented, self.families)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sender_program = sys.argv[1]
    unittest.main(argv=sys.argv[:1], verbosity=2)
