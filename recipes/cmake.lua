-- The wheel holds a whole CMake installation below cmake/data; the programs find their modules relative to themselves.
identity = "fettle.cmake@v1"
description = "CMake build system generator with ctest and cpack"
homepage = "https://cmake.org"
license = "BSD-3-Clause"
platforms = { "linux", "darwin", "windows" }

options = {
  version = { type = "string", default = "4.4.4", description = "CMake release" },
}

function fetch(ctx)
  return { source = "pkg:pypi/cmake@" .. ctx.options.version }
end

products = {
  cmake = "cmake/data/bin/cmake" .. fettle.exe_ext,
  cpack = "cmake/data/bin/cpack" .. fettle.exe_ext,
  ctest = "cmake/data/bin/ctest" .. fettle.exe_ext,
}
