"""Debian's Chromium without a window. Whatever is done waits until it can be done; nothing sleeps."""

import re
import shutil
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import pytest

pytest.importorskip("selenium", reason="selenium is missing: pip install -c constraints.txt -e '.[dev,browser]'")

from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

PROGRAM, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))
MISSING = "Chromium is missing. On Debian and Ubuntu: apt-get install chromium chromium-driver"
PATIENCE = 90  # seconds: a Jupyter server that loads torch in a kernel, on a busy machine
OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # Chromium refuses root with it, and the pages are our own
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have a small /dev/shm
    "--hide-scrollbars",  # as on a phone: no scroll bar takes width from the page
    # nothing of its own goes out to the network
    *("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)


class Page:
    """What a person does with a page. `look` is a CSS selector, and `text` a regular expression that its text has."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, address):
        self.driver.get(address)

    def see(self, look, text=""):
        """The first element that shows it, once there is one."""

        def first(driver):
            for element in driver.find_elements(By.CSS_SELECTOR, look):
                if element.is_displayed() and re.search(text, element.text):
                    return element
            return None

        return self._wait(first, f"nothing like {look!r} says {text!r}")

    def gone(self, look):
        def hidden(driver):
            return not any(one.is_displayed() for one in driver.find_elements(By.CSS_SELECTOR, look))

        self._wait(hidden, f"{look!r} is still there")

    def click(self, look, text=""):
        self._do(lambda element: element.click(), look, text)

    def double_click(self, look, text=""):
        self._do(lambda element: ActionChains(self.driver).double_click(element).perform(), look, text)

    def _do(self, what, look, text):
        """Once it can be done: again, where the page moved or was drawn anew under the pointer."""

        def done(_):
            what(self.see(look, text))
            return True

        self._wait(done, f"{look!r} {text!r} cannot be clicked", WebDriverException)

    def until(self, condition):
        return self._wait(lambda _: condition(), "it did not come to be")

    def _wait(self, condition, otherwise, passing=StaleElementReferenceException):
        return WebDriverWait(self.driver, PATIENCE, 0.1, [passing]).until(condition, otherwise)

    def keys(self, *keys):
        """Press them together."""
        chain = ActionChains(self.driver)
        for key in keys:
            chain.key_down(key)
        for key in reversed(keys):
            chain.key_up(key)
        chain.perform()

    def replace(self, editor, text):
        """Paste over all there is in an editor; to type would have it indent and close brackets of its own."""
        self.click(editor)
        self.keys(Keys.CONTROL, "a")
        self.tell("Input.insertText", text=text)

    def tell(self, command, **arguments):
        """A command of the Chrome DevTools Protocol."""
        return self.driver.execute_cdp_cmd(command, arguments)

    def complaints(self):
        """What the console has said since it was last asked, but for notes."""
        return [line["message"] for line in self.driver.get_log("browser") if line["level"] in ("SEVERE", "WARNING")]


@contextmanager
def chromium():
    """A browser that knows nothing yet, and forgets all in the end. It is tall: Lab draws only cells that are in sight."""
    with TemporaryDirectory(prefix="kata-web-") as folder:  # a short name, since Chromium makes sockets in there
        options = ChromeOptions()
        options.binary_location = PROGRAM
        for option in (*OPTIONS, f"--user-data-dir={folder}/profile", "--window-size=1280,2400"):
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        environment = {"HOME": folder, "PATH": "/usr/bin:/bin", "TMPDIR": folder, "LANG": "C.UTF-8"}
        driver = Chrome(options=options, service=ChromeService(executable_path=DRIVER, env=environment))
        try:
            yield Page(driver)
        finally:
            driver.quit()
