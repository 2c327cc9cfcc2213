-- The sources come out of the Rust crate that vendors them. It leaves upstream's build files out, so the recipe brings
-- the few lines of CMake that are needed.
identity = "fettle.zlib@v1"
description = "zlib compression library (static, position independent)"
homepage = "https://zlib.net"
license = "Zlib"
platforms = { "linux", "darwin" }

-- zlib release → release of the crate libz-sys that holds it
local crates = {
  ["1.3.2"] = "1.1.31",
  ["1.3.1"] = "1.1.22",
}

options = {
  version = { type = "string", default = "1.3.2", choices = { "1.3.2", "1.3.1" }, description = "zlib release" },
}

dependencies = {
  { recipe = "fettle.cc@v1", needed_by = "build" },
  { recipe = "fettle.cmake@v1", needed_by = "build" },
  { recipe = "fettle.ninja@v1", needed_by = "build" },
}

local build_file = [[
cmake_minimum_required(VERSION 3.16)
file(STRINGS zlib.h version_line REGEX "^#define ZLIB_VERSION ")
string(REGEX REPLACE ".*\"([0-9.]+).*\".*" "\\1" VERSION "${version_line}")
project(zlib VERSION ${VERSION} LANGUAGES C)
include(GNUInstallDirs)

file(GLOB sources CONFIGURE_DEPENDS *.c)
add_library(z STATIC ${sources})
set_target_properties(z PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_compile_definitions(z PRIVATE HAVE_UNISTD_H HAVE_STDARG_H)

set(prefix "${CMAKE_INSTALL_PREFIX}")
set(exec_prefix "\${prefix}")
set(libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
set(sharedlibdir "${libdir}")
set(includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
configure_file(zlib.pc.in zlib.pc @ONLY)

install(TARGETS z)
install(FILES zlib.h zconf.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/zlib.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES LICENSE DESTINATION share/licenses/zlib)
]]

function fetch(ctx)
  return { source = "pkg:cargo/libz-sys@" .. crates[ctx.options.version] }
end

function stage(ctx)
  ctx.extract_all({ strip = 1 })
  ctx.write_file("src/zlib/CMakeLists.txt", build_file)
end

build = {
  cmake = {
    source = "src/zlib",
    generator = "Ninja",
    build_type = "Release",
    defines = { CMAKE_INSTALL_LIBDIR = "lib" },
  },
}
