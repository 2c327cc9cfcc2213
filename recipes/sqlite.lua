-- The amalgamation comes out of the Rust crate that vendors it: one C file, so the compiler itself is the build system.
identity = "fettle.sqlite@v1"
description = "SQLite library, static and shared"
homepage = "https://sqlite.org"
license = "blessing"
platforms = { "linux", "darwin" }

-- SQLite release → release of the crate libsqlite3-sys that holds it
local crates = {
  ["3.54.1"] = "0.39.1",
  ["3.50.2"] = "0.35.0",
}

options = {
  version = { type = "string", default = "3.54.1", choices = { "3.54.1", "3.50.2" }, description = "SQLite release" },
  features = {
    type = "list",
    default = { "FTS5", "RTREE", "MATH_FUNCTIONS", "DBSTAT_VTAB" },
    description = "features to compile in: each NAME becomes -DSQLITE_ENABLE_NAME",
  },
}

dependencies = { { recipe = "fettle.cc@v1", needed_by = "build" } }

local package_config = [[
prefix={{ prefix }}
libdir=${prefix}/lib
includedir=${prefix}/include

Name: SQLite
Description: SQL database engine
Version: {{ version }}
Libs: -L${libdir} -lsqlite3
Libs.private: -lm -lpthread
Cflags: -I${includedir}
]]

local on_mac = fettle.platform == "darwin"
local shared_name = on_mac and "libsqlite3.0.dylib" or "libsqlite3.so.0"
local link_name = on_mac and "libsqlite3.dylib" or "libsqlite3.so"
local shared_flags = on_mac and '-dynamiclib -install_name "$FETTLE_INSTALL_DIR/lib/$shared_name"'
  or '-shared -Wl,-soname,"$shared_name"'

local compile = [[
${CC:-cc} -O2 -fPIC -DNDEBUG -DSQLITE_THREADSAFE=1 $features -c sqlite3/sqlite3.c -o sqlite3.o
mkdir -p "$FETTLE_INSTALL_DIR/lib/pkgconfig" "$FETTLE_INSTALL_DIR/include"
${AR:-ar} rcs "$FETTLE_INSTALL_DIR/lib/libsqlite3.a" sqlite3.o
${CC:-cc} ]] .. shared_flags .. [[ -o "$FETTLE_INSTALL_DIR/lib/$shared_name" sqlite3.o -lm -lpthread
ln -s "$shared_name" "$FETTLE_INSTALL_DIR/lib/$link_name"
cp sqlite3/sqlite3.h sqlite3/sqlite3ext.h "$FETTLE_INSTALL_DIR/include/"
]]

local function feature_flags(features)
  local flags = {}
  for index, name in ipairs(features) do
    if not name:match("^[A-Z0-9_]+$") then
      error("option features: " .. name .. " is not the name of an SQLite feature such as FTS5", 0)
    end
    flags[index] = "-DSQLITE_ENABLE_" .. name
  end
  return table.concat(flags, " ")
end

function fetch(ctx)
  return { source = "pkg:cargo/libsqlite3-sys@" .. crates[ctx.options.version] }
end

stage = { strip = 1 }

function build(ctx)
  ctx.run(compile, {
    shell = fettle.shell.SH,
    env = { features = feature_flags(ctx.options.features), shared_name = shared_name, link_name = link_name },
  })
  ctx.write_file(
    ctx.install_dir .. "/lib/pkgconfig/sqlite3.pc",
    fettle.template(package_config, { prefix = ctx.install_dir, version = ctx.options.version })
  )
end
