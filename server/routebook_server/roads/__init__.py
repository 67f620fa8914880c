"""Roads: metres and seconds by road between places, from a routing server of the administrator's own, kept here."""

from routebook_server.roads import tables as tables  # whoever opens a database must find them declared
