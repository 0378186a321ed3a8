"""Chromium and the hall, opened once for the browser tests."""

import os
from collections.abc import AsyncIterator

import pytest
import uuid_utils
from playwright.async_api import Browser, async_playwright

from storage.client import MongoSettings
from storage.managed.mongod import ManagedMongod
from tests.browser.hall import Hall, open_hall
from tests.browser.people import chromium_program
from tests.kit.scratch import scratch_folder

collect_ignore = [] if "HUITANG_GALLERY" in os.environ else ["test_gallery.py"]
"""The gallery is a slow proof with a command of its own (`make gallery`): not collected, so that nothing counts as skipped."""


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_program(), args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def hall(mongod: ManagedMongod) -> AsyncIterator[Hall]:
    """A served organisation with a database of its own."""
    settings = MongoSettings(mongod.access.admin_url, f"b{uuid_utils.uuid7().hex}")
    with scratch_folder() as folder:
        async with open_hall(settings, folder) as opened:
            yield opened
