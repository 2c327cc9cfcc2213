-- The sources come out of the Python package that vendors every Lua since 5.1, with the stand-alone interpreter that
-- other packages leave out. It holds no luac.
identity = "fettle.lua@v1"
description = "Lua interpreter, and its library (static, position independent)"
homepage = "https://www.lua.org"
license = "MIT"
platforms = { "linux", "darwin" }

-- Lua release → where the package lupa holds it
local sources = {
  ["5.5.1"] = { package = "2.8", folder = "lua55" },
  ["5.4.8"] = { package = "2.8", folder = "lua54" },
  ["5.3.6"] = { package = "2.8", folder = "lua53" },
}

options = {
  version = {
    type = "string",
    default = "5.4.8",
    choices = { "5.5.1", "5.4.8", "5.3.6" },
    description = "Lua release",
  },
}

dependencies = { { recipe = "fettle.cc@v1", needed_by = "build" } }

local compile = [[
for file in *.c; do
  case "$file" in
    lua.c | luac.c | onelua.c | ltests.c) continue ;;
  esac
  ${CC:-cc} -O2 -fPIC -std=gnu99 $platform_flags -c "$file"
done
mkdir -p "$FETTLE_INSTALL_DIR/bin" "$FETTLE_INSTALL_DIR/lib/pkgconfig" "$FETTLE_INSTALL_DIR/include"
${AR:-ar} rcs "$FETTLE_INSTALL_DIR/lib/liblua.a" *.o
${CC:-cc} -O2 -std=gnu99 $platform_flags -o "$FETTLE_INSTALL_DIR/bin/lua" lua.c \
  "$FETTLE_INSTALL_DIR/lib/liblua.a" $link_flags
cp lua.h luaconf.h lualib.h lauxlib.h "$FETTLE_INSTALL_DIR/include/"
]]

local package_config = [[
prefix={{ prefix }}
libdir=${prefix}/lib
includedir=${prefix}/include

Name: Lua
Description: Lua language engine
Version: {{ version }}
Libs: -L${libdir} -llua {{ libraries }}
Cflags: -I${includedir}
]]

local on_mac = fettle.platform == "darwin"
local libraries = on_mac and "-lm" or "-lm -ldl"

function fetch(ctx)
  return { source = "pkg:pypi/lupa@" .. sources[ctx.options.version].package .. "?type=sdist" }
end

stage = { strip = 1 }

function build(ctx)
  ctx.run(compile, {
    shell = fettle.shell.SH,
    cwd = "third-party/" .. sources[ctx.options.version].folder,
    env = {
      -- What LUA_USE_LINUX and LUA_USE_MACOSX mean, less readline: its headers need not be there.
      platform_flags = "-DLUA_USE_POSIX -DLUA_USE_DLOPEN",
      -- The interpreter offers the symbols that C modules need when they are loaded.
      link_flags = (on_mac and "" or "-Wl,-E ") .. libraries,
    },
  })
  ctx.write_file(
    ctx.install_dir .. "/lib/pkgconfig/lua.pc",
    fettle.template(package_config, {
      prefix = ctx.install_dir,
      version = ctx.options.version,
      libraries = libraries,
    })
  )
end

products = { lua = "bin/lua" }
