#!/usr/bin/env python3
"""Asks a window to close, like the close button of a title bar: close_window.py WINDOW_ID.

xdotool of Debian 12 can only destroy a window, unlike a window manager.
"""
import ctypes
import sys


class ClientMessage(ctypes.Structure):  # XClientMessageEvent of Xlib.h
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("window", ctypes.c_ulong),
                ("message_type", ctypes.c_ulong), ("format", ctypes.c_int),
                ("data", ctypes.c_long * 5), ("room_for_any_event", ctypes.c_long * 24)]


CLIENT_MESSAGE = 33
x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XInternAtom.restype = ctypes.c_ulong
display = ctypes.c_void_p(x11.XOpenDisplay(None))
window = ctypes.c_ulong(int(sys.argv[1]))


def atom(name):
    return x11.XInternAtom(display, name, 0)


message = ClientMessage(type=CLIENT_MESSAGE, window=window, message_type=atom(b"WM_PROTOCOLS"),
                        format=32)
message.data[0] = atom(b"WM_DELETE_WINDOW")
x11.XSendEvent(display, window, 0, ctypes.c_long(0), ctypes.byref(message))
x11.XCloseDisplay(display)
