/*
 * Several packages with dependencies, built by several processes at once: does anybody wait for ever, does a lock stay
 * behind, is any package built twice? src/engine/run-package.ts and package-run.ts. README.md tells what is abstracted.
 *
 * What happens inside one entry is the subject of entry.pml; here a lock is taken and given in one step.
 *
 * Settings (-D):
 *   PROCESSES  at most 3
 *   GRAPH      CHAIN: 0 needs 1 needs 2, and 0 needs 2. DIAMOND: 0 needs 1 and 2, which need 3
 *   SLOTS      packages of one process that may be at work at once (`--packages`)
 *   KILLS      how many processes may be killed
 *   FAILURES   1: work may fail
 * Broken variants: BROKEN_LOCK_ORDER, BROKEN_SLOT_HELD, BROKEN_SKIP_KEEPS_LOCK,
 * BROKEN_NO_WAIT.
 */

#define CHAIN 1
#define DIAMOND 2

#ifndef PROCESSES
#define PROCESSES 2
#endif
#ifndef GRAPH
#define GRAPH CHAIN
#endif
#ifndef SLOTS
#define SLOTS 1
#endif
#ifndef KILLS
#define KILLS 0
#endif
#ifndef FAILURES
#define FAILURES 0
#endif

/* The packages that one needs, as bits. A key contains the keys of the dependencies, so they are the same for everybody
   who has the same key, and never in a circle. */
#if GRAPH == CHAIN
#define PACKAGES 3
#define NEEDS(process, package) ((package) == 0 -> 6 : ((package) == 1 -> 4 : 0))
#else
#define PACKAGES 4
#define NEEDS(process, package) ((package) == 0 -> 6 : ((package) == 3 -> 0 : 8))
#endif

#ifdef BROKEN_LOCK_ORDER
/* As if the key left the dependencies out: one process thinks that 0 needs 1, the other that 1 needs 0. */
#undef NEEDS
#define NEEDS(process, package) ((package) == ((process) & 1) -> (1 << (1 - (package))) : 0)
#endif

/* The properties; the number stands in the message of a violation, so that check.sh can name it. */
#define ONE_BUILDER 5
#define RELEASED 8
#define NEEDS_FIRST 10
#define EVERYTHING_ENDS 11
/* ONLY: look for violations of this one alone. */
#ifdef ONLY
#define HOLDS(property, condition) assert((property) != ONLY || (condition) || (property) == 0)
#else
#define HOLDS(property, condition) assert((condition) || (property) == 0)
#endif

#define BIT(package) (1 << (package))
#define HAVE(set, needed) (((set) & (needed)) == (needed))

byte holder[PACKAGES];  /* of the lock: process + 1, or 0 */
byte complete = 0;      /* a bit for each package with a marker */
byte succeeded[PROCESSES]; /* a bit for each package that has ended well in that process */
byte refused[PROCESSES];   /* a bit for each package that has failed, or was skipped because of another */
byte slots[PROCESSES];
bool dead[PROCESSES];
byte working = 0; /* a bit for each package that somebody works on */

/* One package in one process. */
proctype package(byte process; byte own) {
  bool hasLock = false;
  {
    /* find */
    if
    :: complete & BIT(own) -> goto dependencies;
    :: else
    fi;

    /* The lock is free, or its holder is dead: both are one rename. */
    d_step {
      holder[own] == 0 || dead[holder[own] - 1];
      holder[own] = process + 1;
      hasLock = true;
    }
    /* Look again. */
    if
    :: complete & BIT(own) -> goto unlock;
    :: else
    fi;

#ifdef BROKEN_SLOT_HELD
    d_step { slots[process] > 0; slots[process]--; }
#endif
    /* inPhase: first the dependencies, with the lock in hand, then a slot. */
    if
    :: HAVE(succeeded[process], NEEDS(process, own))
#ifdef BROKEN_NO_WAIT
    :: true
#endif
    :: (refused[process] & NEEDS(process, own)) != 0 -> goto skipped;
    fi;
#ifndef BROKEN_SLOT_HELD
    d_step { slots[process] > 0; slots[process]--; }
#endif
    d_step {
      /* ONE BUILDER, here for whole packages, and with everything it needs complete. */
      HOLDS(ONE_BUILDER, (working & BIT(own)) == 0);
      HOLDS(ONE_BUILDER, (complete & BIT(own)) == 0);
      HOLDS(NEEDS_FIRST, HAVE(complete, NEEDS(process, own)));
      working = working | BIT(own);
    }
    if
    :: d_step { working = working & (255 - BIT(own)); slots[process]++; complete = complete | BIT(own); }
#if FAILURES
    :: d_step { working = working & (255 - BIT(own)); slots[process]++; } goto skipped;
#endif
    fi;
    goto unlock;

skipped: skip;
#ifndef BROKEN_SKIP_KEEPS_LOCK
    d_step { holder[own] = 0; hasLock = false; }
#endif
    d_step { refused[process] = refused[process] | BIT(own); hasLock = false; }
    goto finish;

unlock: skip;
    d_step { HOLDS(RELEASED, holder[own] == process + 1); holder[own] = 0; hasLock = false; }

dependencies: skip;
    /* Before deploy everything that is needed has come to its end, also when the package itself was there. */
    if
    :: HAVE(succeeded[process], NEEDS(process, own)) -> d_step { succeeded[process] = succeeded[process] | BIT(own); }
    :: (refused[process] & NEEDS(process, own)) != 0 -> d_step { refused[process] = refused[process] | BIT(own); }
    fi;

finish: skip;
  } unless { d_step { dead[process]; hasLock = false; } }
}

byte lost;

inline strike(victim) {
  dead[victim] = true;
  for (lost : 0 .. PACKAGES - 1) {
    if
    :: holder[lost] == victim + 1 -> working = working & (255 - BIT(lost));
    :: else
    fi;
  }
  lost = 0;
}

/* A kill ends all packages of a process at once; their locks stay. */
proctype killer() {
  byte left = KILLS;
  do
  :: left > 0 -> atomic { left--; strike(0); }
  :: left > 0 -> atomic { left--; strike(1); }
#if PROCESSES > 2
  :: left > 0 -> atomic { left--; strike(2); }
#endif
  :: true -> break;
  od;
}

/* In the end, when nobody can go on: */
active proctype monitor() {
  byte process, own;
end:
  timeout -> d_step {
    for (process : 0 .. PROCESSES - 1) {
      if
      :: !dead[process] ->
         for (own : 0 .. PACKAGES - 1) {
           /* Each package came to an end, and to a good one unless work fails. */
           HOLDS(EVERYTHING_ENDS, ((succeeded[process] | refused[process]) & BIT(own)) != 0);
           HOLDS(EVERYTHING_ENDS, FAILURES || (succeeded[process] & BIT(own)) != 0);
           /* Nobody who lives still holds a lock. */
           HOLDS(RELEASED, holder[own] != process + 1);
         }
      :: else
      fi;
    }
  }
}

init {
  atomic {
    byte p, k;
    for (p : 0 .. PROCESSES - 1) {
      slots[p] = SLOTS;
      for (k : 0 .. PACKAGES - 1) { run package(p, k); }
    }
#if KILLS
    run killer();
#endif
  }
}
