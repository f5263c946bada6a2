#!/usr/bin/env python3
"""Tests the sender's web page in Chromium from its user's point of view.

    page_test.py /path/to/jpegwire-sender [ARTIFACT_DIR]

Screenshots go to ARTIFACT_DIR. Needs python3-selenium, chromium and chromium-driver.
"""
import json
import os
import pathlib
import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import urllib.request

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

TIMEOUT_SECONDS = 60  # only a failing test waits this long

sender_program = ""
artifacts = None

# The canvas, scaled down to 32 x 18 RGBA pixels so that comparing is cheap.
PIXELS = """
const small = new OffscreenCanvas(32, 18).getContext("2d");
small.drawImage(document.querySelector("canvas"), 0, 0, 32, 18);
return [...small.getImageData(0, 0, 32, 18).data];
"""


def eventually(description, attempt):
    """The first true result of attempt(); fails with the description after a timeout."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        answer = attempt()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"this did not happen: {description}")
        time.sleep(0.1)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Sender:
    """Starts a sender, by default of the test card, and waits for the URL of its page."""

    def __init__(self, port, source="test", tcp="off", more=()):
        url = f"http://127.0.0.1:{port}/"
        self.process = subprocess.Popen(
            [sender_program, "--source", source, *(["--size", "640x480"] if source == "test" else []),
             "--tcp", tcp, "--http", f"127.0.0.1:{port}", *more],
            stdout=subprocess.PIPE, text=True)
        lines = queue.Queue()

        def read():  # until its end, because a full pipe would block the sender
            for line in self.process.stdout:
                lines.put(line)
            lines.put(None)

        self.reader = threading.Thread(target=read)
        self.reader.start()
        said = []
        try:
            while not said or url not in said[-1]:
                line = lines.get(timeout=TIMEOUT_SECONDS)
                if line is None:
                    raise AssertionError(f"the sender ended without naming {url}: {said}")
                said.append(line)
        except BaseException:
            self.kill()
            raise

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()


class PageTest(unittest.TestCase):
    def setUp(self):
        self.port = free_port()
        self.sender = Sender(self.port)
        self.addCleanup(lambda: self.sender.kill())  # the current one: a test may start another
        directory = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(directory.cleanup)
        self.downloads = pathlib.Path(directory.name, "downloads")
        self.downloads.mkdir()
        self.browser = self.start_browser(os.path.join(directory.name, "profile"))
        self.addCleanup(self.browser.quit)
        self.show(1280, 800, "dark")
        self.browser.get(f"http://127.0.0.1:{self.port}/")
        eventually("the first picture", lambda: not self.is_shown("#trouble"))
        # Records toasts: a test may be too slow to see them on the page.
        self.browser.execute_script("""
            const toast = document.getElementById("toast");
            window.said = [];
            new MutationObserver(() => said.push(toast.textContent)).observe(
                toast, { childList: true, characterData: true, subtree: true });""")

    def start_browser(self, profile):
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
                         "--no-first-run", "--disable-background-networking",
                         "--disable-component-update", "--disable-sync",
                         f"--user-data-dir={profile}"):
            options.add_argument(argument)
        options.add_experimental_option(
            "prefs", {"download.default_directory": str(self.downloads),
                      "download.prompt_for_download": False})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)

    # ---- User actions and observations ----

    def show(self, width, height, scheme, phone=False):
        """Emulates a window of this size; the phone has a touch screen, the desktop a mouse."""
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 2 if phone else 1,
            "mobile": phone})
        self.browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": phone})
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": scheme}]})

    def element(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def is_shown(self, selector):
        return self.element(selector).is_displayed()

    def figure(self, name):
        return self.element(f"#{name} dd").text

    def said(self):
        return self.browser.execute_script("return window.said.join(' ')")

    def press(self, key):
        ActionChains(self.browser).send_keys(key).perform()

    def pixels(self):
        return self.browser.execute_script(PIXELS)

    def wait_for_another_picture(self):
        before = self.pixels()
        eventually("the picture changes", lambda: self.pixels() != before)

    def is_full_screen(self):
        return self.browser.execute_script("return document.fullscreenElement !== null")

    def save_screenshot(self, name):
        if artifacts:
            self.browser.save_screenshot(str(artifacts / name))

    def check_layout(self):
        self.assertTrue(self.browser.execute_script("""
            const { scrollWidth, clientWidth } = document.documentElement;
            return scrollWidth <= clientWidth && document.body.scrollWidth <= clientWidth;"""),
            "there is something to scroll to the side")
        box = self.element("canvas").rect
        window = self.browser.execute_script("return [innerWidth, innerHeight]")
        self.assertGreaterEqual(box["x"], 0)
        self.assertGreaterEqual(box["y"], 0)
        self.assertLessEqual(box["x"] + box["width"], window[0])
        self.assertLessEqual(box["y"] + box["height"], window[1])
        self.assertGreater(box["width"] * box["height"], window[0] * window[1] / 3)
        for button in self.browser.find_elements(By.CSS_SELECTOR, "button"):
            self.assertTrue(button.is_displayed())
            self.assertLessEqual(button.rect["x"] + button.rect["width"], window[0])
            self.assertLessEqual(button.rect["y"] + button.rect["height"], window[1])

    def check_labels(self):
        self.assertEqual(self.browser.execute_script("""
            return [...document.querySelectorAll("dt")].filter(
                (label) => label.scrollWidth > label.clientWidth).map((label) => label.innerText);
            """), [], "a label is wider than its column")

    # ---- The tests ----

    def test_shows_a_picture_that_moves(self):
        canvas = self.element("canvas")
        self.assertEqual(canvas.get_property("width"), 640)
        self.assertEqual(canvas.get_property("height"), 480)
        self.assertGreater(len(set(self.pixels())), 20, "that is a blank picture")
        self.wait_for_another_picture()
        self.wait_for_another_picture()

    def test_shows_figures(self):
        def shows(name, pattern):
            return eventually(f"{name} looks like {pattern}",
                              lambda: re.fullmatch(pattern, self.figure(name)))

        age = shows("age", r"([\d.]+) (ms|s)")
        # The test must detect old pictures, but tolerate delays of a busy machine.
        milliseconds = float(age[1]) * (1000 if age[2] == "s" else 1)
        self.assertLess(milliseconds, 10000)
        self.assertRegex(self.element("#age").text, r"±\d+ ms")
        self.assertIn("capture", self.element("#age").get_attribute("title"))
        eventually("frames are counted", lambda: float(shows("rate", r"([\d.]+) frames/s")[1]) > 0)
        eventually("bits are counted", lambda: float(shows("bits", r"([\d.]+) [kM]bit/s")[1]) > 0)
        shows("viewers", "1")
        shows("drops", r"\d+")
        for name in ("age", "rate", "bits", "viewers", "drops"):
            eventually(f"{name} has a sparkline", lambda name=name: "L" in (
                self.element(f"#{name} path").get_attribute("d") or ""))
        self.assertIn("640", self.element("#source").text)
        self.assertIn("jpegwire", self.browser.title)

    def test_asks_nobody_else_and_has_no_errors(self):
        eventually("the viewers are known", lambda: self.figure("viewers") == "1")
        self.press("s")
        eventually("the snapshot was taken", lambda: "Saved" in self.said())
        events = [json.loads(entry["message"])["message"]
                  for entry in self.browser.get_log("performance")]
        addresses = [event["params"]["request"]["url"] for event in events
                     if event["method"] == "Network.requestWillBeSent"]
        for address in addresses:
            # chrome: is the browser's initial empty tab.
            self.assertRegex(address, f"^(http://127.0.0.1:{self.port}/|data:|blob:|chrome:)")
        self.assertLessEqual({"/", "/stream", "/stats.json", "/snapshot"},
                             {urllib.parse.urlsplit(address).path for address in addresses})
        # The log also has the requests that the Content-Security-Policy blocked.
        self.assertEqual(self.browser.get_log("browser"), [])

    def test_saves_snapshots(self):
        for trigger in (self.element("#snapshot").click, lambda: self.press("s")):
            trigger()
            file = eventually("a JPEG is downloaded", lambda: next(
                self.downloads.glob("*.jpg"), None))
            jpeg = eventually("the file is written", file.read_bytes)
            self.assertRegex(file.name, r"jpegwire-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.jpg")
            self.assertEqual(jpeg[:2], b"\xff\xd8")
            self.assertEqual(jpeg[-2:], b"\xff\xd9")
            self.assertIn(file.name, self.said())
            size = self.browser.execute_async_script("""
                const [bytes, done] = arguments;
                createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/jpeg" })).then(
                    (image) => done([image.width, image.height]), (error) => done(String(error)));
                """, list(jpeg))
            self.assertEqual(size, [640, 480])
            file.unlink()

    def test_says_why_there_is_no_snapshot(self):
        self.sender.kill()
        self.press("s")
        eventually("it says why", lambda: "Snapshot failed" in self.said())
        self.assertEqual(list(self.downloads.iterdir()), [])

    def test_fills_the_screen(self):
        for trigger in (self.element("#fullscreen").click, lambda: self.press("f")):
            trigger()
            eventually("full screen", self.is_full_screen)
            self.wait_for_another_picture()
            trigger()
            eventually("a window again", lambda: not self.is_full_screen())

    def test_hides_the_figures(self):
        for hide, back in ((lambda: self.press("o"), lambda: self.press("o")),
                           (self.element("#bare").click, self.element("canvas").click)):
            hide()
            eventually("the figures are hidden", lambda: not self.is_shown("#age"))
            self.assertEqual(self.element("canvas").rect["height"],
                             self.browser.execute_script("return innerHeight"))
            self.wait_for_another_picture()
            back()
            eventually("the figures are back", lambda: self.is_shown("#age"))

    def test_says_that_the_stream_has_stopped_and_resumes(self):
        self.browser.execute_script("window.loadedOnce = true")
        eventually("an age is shown", lambda: re.match(r"[\d.]+ m?s", self.figure("age")))
        self.sender.kill()
        eventually("it says so", lambda: "stopped" in self.element("#trouble").text)
        eventually("it says since when", lambda: re.search(
            r"last picture arrived [1-9][\d.]* s ago", self.element("#trouble").text))
        eventually("the age grows", lambda: re.fullmatch(
            r"[1-9][\d.]* s", self.figure("age")))
        self.sender = Sender(self.port)
        eventually("it resumes", lambda: not self.is_shown("#trouble"))
        self.wait_for_another_picture()
        self.assertTrue(self.browser.execute_script("return window.loadedOnce"))

    def test_says_that_there_is_no_signal(self):
        def dot():
            return self.browser.execute_script("""
                const dot = getComputedStyle(document.querySelector("h1"), "::before");
                const [red, green] = dot.backgroundColor.match(/\\d+/g).map(Number);
                return red > green ? "not green" : "green";""")

        # A relay whose origin comes and goes.
        origin_port, relay_port = free_port(), free_port()
        relay = Sender(relay_port, source=f"tcp://127.0.0.1:{origin_port}")
        self.addCleanup(relay.kill)
        self.browser.get(f"http://127.0.0.1:{relay_port}/")
        eventually("there is no signal", lambda: self.figure("age") == "no signal")
        self.assertEqual(dot(), "not green")
        self.assertNotIn("ms", self.element("#age").text)
        self.save_screenshot("page-no-signal-at-first.png")

        origin = Sender(free_port(), tcp=f"127.0.0.1:{origin_port}")
        eventually("an age is shown", lambda: re.match(r"[\d.]+ m?s", self.figure("age")))
        self.assertEqual(dot(), "green")
        origin.kill()
        eventually("there is no signal again", lambda: self.figure("age") == "no signal")
        self.assertEqual(dot(), "not green")
        eventually("it says since when", lambda: re.search(
            r"last picture [1-9][\d.]* s", self.element("#age").text))
        self.assertIn("last one arrived", self.element("#age").get_attribute("title"))
        self.check_labels()
        self.save_screenshot("page-no-signal.png")

        relay.kill()
        eventually("it says that the relay is gone",
                   lambda: "stopped" in self.element("#trouble").text)
        eventually("the age is that of the last picture",
                   lambda: re.fullmatch(r"[1-9][\d.]* s", self.figure("age")))
        self.assertEqual(self.element("canvas").value_of_css_property("opacity"), "0")
        self.save_screenshot("page-no-signal-gone.png")

    def test_shows_loss_and_what_helps(self):
        eventually("drops are counted", lambda: re.fullmatch(r"\d+", self.figure("drops")))
        slow_port = free_port()
        # Each frame takes longer to send than the next one takes to come.
        slow = Sender(slow_port, more=("--write-size", "2000", "--write-delay", "20000"))
        self.addCleanup(slow.kill)
        self.browser.get(f"http://127.0.0.1:{slow_port}/")
        eventually("the loss is shown", lambda: re.search(
            r"loss [1-9]\d* %", self.element("#drops").text))
        self.assertIn("--size", self.element("#drops").get_attribute("title"))
        self.assertEqual(self.element("#drops").get_attribute("class"), "amber")
        self.save_screenshot("page-loss.png")

    def test_leaves_the_stream_when_nobody_sees_it_and_returns(self):
        def viewers():
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/stats.json") as answer:
                return json.load(answer)["viewers_now"]

        def hide(hidden):
            # What the browser does when another tab covers the page.
            self.browser.execute_script("""
                Object.defineProperty(document, "hidden",
                                      { value: arguments[0], configurable: true });
                document.dispatchEvent(new Event("visibilitychange"));""", hidden)

        self.assertEqual(viewers(), 1)
        hide(True)
        eventually("nobody watches any more", lambda: viewers() == 0)
        hide(False)
        eventually("the picture is back", lambda: not self.is_shown("#trouble"))
        self.wait_for_another_picture()
        self.assertEqual(viewers(), 1)

    def test_suits_dark_and_light_and_a_phone(self):
        def background():
            return self.browser.execute_script("""
                const colour = getComputedStyle(document.querySelector("footer")).backgroundColor;
                return Math.max(...colour.match(/\\d+/g).slice(0, 3));""")

        # Waits until the sparklines have a history worth showing.
        time.sleep(20 if artifacts else 0)
        eventually("an age is shown", lambda: re.match(r"[\d.]+ m?s", self.figure("age")))
        self.check_layout()
        self.assertLess(background(), 64)
        self.save_screenshot("page.png")

        self.show(1280, 800, "light")
        eventually("it turns light", lambda: background() > 192)
        self.check_layout()
        self.save_screenshot("page-light.png")

        self.show(390, 844, "dark", phone=True)
        eventually("it turns narrow", lambda: self.browser.execute_script(
            "return innerWidth") == 390)
        self.check_layout()
        self.wait_for_another_picture()
        self.save_screenshot("page-phone.png")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sender_program = sys.argv[1]
    if len(sys.argv) == 3:
        artifacts = pathlib.Path(sys.argv[2])
        artifacts.mkdir(parents=True, exist_ok=True)
    unittest.main(argv=sys.argv[:1], verbosity=2)
