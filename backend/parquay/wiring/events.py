"""Builds what tells of what happened, and what is to be done."""

from __future__ import annotations

from dataclasses import replace

from parquay.catalog.events import Events
from parquay.catalog.jobs import Jobs
from parquay.catalog.notifications import EVENTS
from parquay.catalog.queue import Queue
from parquay.catalog.samples import Samples
from parquay.catalog.session import Catalog
from parquay.events.bus import Hub
from parquay.events.redis_counter import RedisCounter
from parquay.events.redis_samples import RedisSamples
from parquay.events.redis_server import RedisHealth
from parquay.settings import Settings
from parquay.wiring.database import redis_address
from parquay.wiring.services import EventServices


def event_services(settings: Settings, catalog: Catalog, queue: Queue) -> EventServices:
    """Build what tells what happened."""
    log = Events(catalog, queue)
    hub = Hub(log, announce=settings.announced)
    catalog.notifications.subscribe(EVENTS, hub.wake)
    catalog.notifications.subscribe_progress(hub.moved)
    address = redis_address(settings)
    found = EventServices(log, hub, Jobs(catalog), Samples(catalog))
    if address is None:
        return found
    health, counter = RedisHealth(address), RedisCounter(address)
    return replace(found, random=RedisSamples(address, "random"), redis=health, counter=counter)
