-- The wheel is pure Python. The recipe adds a launcher that runs it with the host's python3 and compiles the modules
-- ahead of time, because the finished package is read-only.
identity = "fettle.meson@v1"
description = "Meson build system (runs on the host's Python 3)"
homepage = "https://mesonbuild.com"
license = "Apache-2.0"
platforms = { "linux", "darwin" }

options = {
  version = { type = "string", default = "1.12.1", description = "Meson release" },
}

dependencies = {
  { recipe = "fettle.python@v1", options = { minimum = "3.10" }, needed_by = "install" },
  "fettle.ninja@v1",
}

function fetch(ctx)
  return { source = "pkg:pypi/meson@" .. ctx.options.version }
end

local launcher = [[
#!/usr/bin/env python3
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "lib"))

from mesonbuild.mesonmain import main

sys.exit(main())
]]

function install(ctx)
  ctx.move(ctx.stage_dir .. "/mesonbuild", "lib/mesonbuild")
  ctx.write_file("bin/meson", launcher)
  ctx.run({
    "chmod 755 bin/meson",
    "python3 -m compileall -q --invalidation-mode unchecked-hash lib",
    "bin/meson --version",
  }, { shell = fettle.shell.SH })
end

products = { meson = "bin/meson" }
