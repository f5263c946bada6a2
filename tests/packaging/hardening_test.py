#!/usr/bin/env python3
"""Looks into programs for the protections of cmake/hardening.cmake, as hardening-check does.

    hardening_test.py PROGRAM...

hardening-check itself is in a package that brings 46 others. Needs readelf and objdump, which the
compiler needs as well.
"""
import os
import platform
import re
import subprocess
import sys
import unittest

programs = []


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True,
                          env={**os.environ, "LC_ALL": "C"}).stdout


class HardeningTest(unittest.TestCase):
    def check(self, find):
        """Calls find() with each program; what it returns is to be true."""
        for program in programs:
            with self.subTest(os.path.basename(program)):
                self.assertTrue(find(program))

    def test_addresses_are_random(self):
        self.check(lambda program: re.search(r"Type:\s+DYN", output_of("readelf", "-h", program)))
        self.check(lambda program: re.search(r"FLAGS_1.*\bPIE\b", output_of("readelf", "-d", program)))

    def test_the_table_of_functions_is_read_only(self):
        self.check(lambda program: "GNU_RELRO" in output_of("readelf", "-lW", program))
        self.check(lambda program: re.search(r"\bBIND_NOW\b|FLAGS_1.*\bNOW\b",
                                             output_of("readelf", "-d", program)))

    def test_the_stack_is_not_executable(self):
        self.check(lambda program: re.search(r"GNU_STACK.* RW ", output_of("readelf", "-lW", program)))

    def test_a_function_that_overwrites_its_frame_ends_the_program(self):
        self.check(lambda program: "__stack_chk_fail" in output_of("readelf", "-sW", program))

    def test_glibc_checks_sizes(self):
        checked = r"\b__(mem|str|read|pread|recv|v?s?n?f?printf|fdelt|poll|realpath)\w*_chk\b"
        self.check(lambda program: re.search(checked, output_of("readelf", "-sW", program)))

    @unittest.skipUnless(platform.machine() == "x86_64", "of x86 processors")
    def test_jumps_lead_to_the_beginning_of_functions(self):
        self.check(lambda program: "endbr64" in output_of("objdump", "-d", "--disassemble=main",
                                                          program))


if __name__ == "__main__":
    programs = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
