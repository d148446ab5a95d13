"""A till's window on a real display, worked by keys, a pointer and a screen reader.

`make day` runs `python -m tests.desktop`. Xvfb, a window manager, D-Bus with AT-SPI and xdotool are real; on
Debian: apt-get install xvfb openbox xdotool at-spi2-core dbus.
"""
