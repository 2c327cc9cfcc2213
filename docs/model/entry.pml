/*
 * One entry of the cache, its lock, and processes that want it. README.md tells what is abstracted.
 *
 * Every d_step is one system call or one synchronous stretch of the implementation; between two of them any other
 * process may run for as long as it likes (so "stopped" needs no words of its own), and with KILLS > 0 any process may
 * be killed between any two of them.
 *
 * Settings (-D):
 *   N         processes that want the entry (at most 4)
 *   MACHINES  ONE: everyone can judge everyone. ALONE: nobody can judge anybody. MIXED: process 0 is on another machine
 *   KILLS     how many may be killed
 *   FAILURES  1: work may fail
 *   MARKER    GONE: at first there is a marker whose asset is not there. TORN: a marker that is not whole
 *   CLEARS    1: somebody runs `cache clear`
 *   READERS   1: somebody reads without a lock
 *   ONLY      a property: violations of the others are passed over
 * Broken variants (BROKEN_…, BEFORE_REPAIR): see README.md; each must be found out.
 */

#define ONE 1
#define ALONE 2
#define MIXED 3
#define GONE 1
#define TORN 2

#ifndef N
#define N 2
#endif
#ifndef MACHINES
#define MACHINES ONE
#endif
#ifndef KILLS
#define KILLS 0
#endif
#ifndef FAILURES
#define FAILURES 0
#endif
#ifndef MARKER
#define MARKER 0
#endif
#ifndef READERS
#define READERS 0
#endif
#ifndef CLEARS
#define CLEARS 0
#endif

/* The protocol as it was when this model was first written; see README.md, "What the model found". */
#ifdef BEFORE_REPAIR
#define BROKEN_LATE_CONTESTED
#define BROKEN_NUMBER
#define BROKEN_CONTESTED_REMOVED
#define BROKEN_REPAIR
#define BROKEN_MARKER_PLACE
#endif

/* Folders in which an attempt may work: 0 is the entry itself, k is attempt-k. */
#define PLACES 6
#define BIT(place) (1 << (place))
#define CLEARER N
#define IDS (N + 1)

/* Who made a marker; 0 is none. A claim is named the same way: each process asks for the lock once. */
#define ID(process) ((process) + 1)
#define SOMEBODY_BEFORE 90
#define HALF_WRITTEN 91

#if MACHINES == ONE
#define JUDGES(a, b) true
#define EXCLUSIVE true
#elif MACHINES == ALONE
#define JUDGES(a, b) ((a) == (b))
#define EXCLUSIVE false
#else
#define JUDGES(a, b) (((a) == 0) == ((b) == 0))
#define EXCLUSIVE false
#endif

mtype:takeover = { none, certain, uncertain };

/* --- the properties -------------------------------------------------------------------------------------------- */

#define ONE_WINNER 1
#define READ 2
#define NOTHING_LOST 3
#define OWN_FOLDERS 4
#define ONE_BUILDER 5
#define GIVE_WAY 6
#define USE 7
#define RELEASED 8
#define NO_DEADLOCK 9 /* spin's own: an invalid end state */
/* The number stands in the message of a violation, so that check.sh can name the property. */
/* ONLY: look for violations of this one alone. */
#ifdef ONLY
#define HOLDS(property, condition) assert((property) != ONLY || (condition) || (property) == 0)
#else
#define HOLDS(property, condition) assert((condition) || (property) == 0)
#endif

/* --- the disk ------------------------------------------------------------------------------------------------- */

byte claim = 0;        /* the one file in the folder of the lock; an empty folder is as free as none */
bool contested = false;
byte marker = 0;         /* who made it */
byte markerPlace = 0;    /* the asset it names */
byte bases = 0;          /* a bit for each place of which something is there */
byte assets = 0;         /* a bit for each place whose asset folder is there */
byte first[PLACES];      /* who wrote the first of the two files of an asset; 0: it is not there */
byte second[PLACES];

/* Processes that are alike begin in the order of their numbers: which of them is first makes no difference. */
byte begun = 0;
#if MACHINES == MIXED
#define MAY_BEGIN(me) ((me) < 2 || THERE(begun, (me) - 1))
#else
#define MAY_BEGIN(me) ((me) == 0 || THERE(begun, (me) - 1))
#endif

/* --- what only the properties know ---------------------------------------------------------------------------- */

bool dead[IDS];
bool ended[IDS];
byte building = 0; /* a bit for each process at work */
byte winner = 0;   /* the one process whose marker made the entry complete */
byte epoch = 0;    /* how often the entry was cleared */
byte repairs = 0;  /* how often a damaged marker was removed */

/* Variables that mean nothing any more, so that states differ only in what matters. */
#define FORGET seen = 0; names = 0; place = 0; index = 0; used = 0; sawMarker = 0; sawPlace = 0; sawEpoch = 0; \
  aside = 0; asidePlace = 0; taken = false; shared = false; made = false; won = false; gone = false; \
  sound = false; allowed = false; how = none

#define WHOLE(maker, place) (first[place] == (maker) && second[place] == (maker))
#define THERE(set, place) (((set) & BIT(place)) != 0)

/* An asset appears in `trash/` or nowhere at once: one rename. */
inline discardAsset(place) {
  assets = assets & (255 - BIT(place));
  first[place] = 0;
  second[place] = 0;
}

inline discardPlace(place) {
  bases = bases & (255 - BIT(place));
  discardAsset(place);
}

/* --- find: marker.ts ------------------------------------------------------------------------------------------ */

/*
 * Two system calls: read the marker, look whether its asset is there. `found` is the maker, or 0. They follow each other
 * at once; that the entry is cleared or repaired and begun anew between the two is left out (README.md).
 */
inline find(found) {
  d_step { sawMarker = marker; sawPlace = markerPlace; sawEpoch = epoch + repairs; }
  d_step {
    found = 0;
    if
    :: sawEpoch == epoch + repairs && sawMarker != 0 && sawMarker != HALF_WRITTEN && THERE(assets, sawPlace) ->
       found = sawMarker;
       /* READ: who takes an entry for complete has the complete asset. */
       HOLDS(READ, WHOLE(sawMarker, sawPlace));
    :: else
    fi;
    sawMarker = 0; sawPlace = 0; sawEpoch = 0;
  }
}

/* The same two calls; `sound` says whether the standing marker makes an entry. */
inline isSound(sound) {
  d_step { sawMarker = marker; sawPlace = markerPlace; }
  d_step {
    sound = sawMarker != 0 && sawMarker != HALF_WRITTEN && THERE(assets, sawPlace);
  }
}

/* --- the lock: claim-attempt.ts, lock-folder.ts --------------------------------------------------------------- */

/* takeFreeLock: a folder with the claim in it is renamed to the lock's name; fails unless that is missing or empty. */
inline takeFree(taken) {
  d_step {
    taken = (claim == 0);
    if
    :: taken -> claim = ID(me); how = none;
    :: else
    fi;
    seen = 0;
  }
}

/* replaceClaim: the judged claim is renamed to one's own. */
inline replace(judged, kind, taken) {
#ifdef BROKEN_TAKEOVER
  /* The stale lock is removed, whoever holds it by now, and a new one is made. */
  d_step { claim = 0; }
  takeFree(taken);
  if
  :: taken -> how = kind;
  :: else
  fi;
#else
  d_step {
    taken = (claim == judged);
    if
    :: taken -> claim = ID(me); how = kind;
    :: else
    fi;
    seen = 0;
  }
#endif
}

/* dropClaim: unlink one's own claim by its full name. The rmdir after it hits an empty folder or nothing. */
inline release() {
  d_step {
    if
    :: claim == ID(me) -> claim = 0;
    :: else
    fi;
  }
}

/* --- folders of an attempt: work-folders.ts ------------------------------------------------------------------- */

/* One more than every place of which something is there, and than the place that a standing marker names. */
inline unusedNumber() {
  place = 0;
  do
  :: place < PLACES - 1 && (names >> place) != 0 -> place++;
  :: else -> break;
  od;
#ifndef BROKEN_MARKER_PLACE
  if
  :: sawMarker != 0 && sawMarker != HALF_WRITTEN && sawPlace >= place -> place = sawPlace + 1;
  :: else
  fi;
#endif
#ifndef BROKEN_NUMBER
  /* The entry itself may be about to be used by a holder that was stopped before it made its folders. */
  if
  :: shared && place == 0 -> place = 1;
  :: else
  fi;
#endif
}

inline prepare() {
#ifdef BROKEN_LATE_CONTESTED
  if
  :: how == uncertain -> d_step { contested = true; }
  :: else
  fi;
#endif
  d_step {
    names = bases;
    shared = contested;
#ifndef BROKEN_LATE_CONTESTED
    shared = shared || how == uncertain;
#endif
#if MARKER
  }
  d_step {
#endif
    sawMarker = marker;
    sawPlace = markerPlace;
    place = 0;
    if
    :: shared || how != none || names != 0 -> unusedNumber();
    :: else ->
#ifndef BROKEN_MARKER_PLACE
       if
       :: sawMarker != 0 && sawMarker != HALF_WRITTEN && sawPlace == 0 -> unusedNumber();
       :: else
       fi;
#else
       skip;
#endif
    fi;
#ifdef BROKEN_SHARED_FOLDERS
    place = 0;
#endif
    index = 0;
    sawMarker = 0; sawPlace = 0;
  }
#ifndef BROKEN_SHARED_FOLDERS
  /* Its own folder first: a kill in between must not lose what tells which numbers are used up. */
  claimPlace();
  if
  :: !shared -> clearAway();
  :: else
  fi;
#else
  claimPlace();
#endif
  skip;
  d_step {
    bases = bases | BIT(place);
    assets = assets | BIT(place);
    names = 0; index = 0; made = false;
  }
}

/* Everything that was seen goes, one rename after the other; the marker never. Its own place is none of them. */
inline clearAway() {
  do
  :: names != 0 ->
     d_step {
       index = 0;
       do
       :: !THERE(names, index) -> index++;
       :: else -> break;
       od;
       discardPlace(index);
       names = names & (255 - BIT(index));
       index = 0;
     }
  :: else -> break;
  od;
}

/* attempt-k is made by a mkdir that fails when it is there; then the next number is tried. */
inline claimPlace() {
#if !defined(BROKEN_NUMBER) && !defined(BROKEN_SHARED_FOLDERS)
  do
  :: place == 0 -> break;
  :: place > 0 ->
     d_step {
       made = !THERE(bases, place);
       assert(place < PLACES - 1);
       if
       :: made -> bases = bases | BIT(place);
       :: else -> place++;
       fi;
     }
     if
     :: made -> break;
     :: else
     fi;
  od;
#else
  skip;
#endif
}

/* --- commit: commit.ts, publish-marker.ts --------------------------------------------------------------------- */

inline linkMarker(won) {
  d_step {
#ifdef BROKEN_MARKER_RENAME
    won = true;
#else
    won = (marker == 0);
#endif
    if
    :: won ->
       marker = ID(me);
       markerPlace = place;
       /* ONE WINNER: nobody else's marker was ever there (since the entry was last cleared). */
       HOLDS(ONE_WINNER, winner == 0);
       winner = ID(me);
    :: else
    fi;
  }
}

/* `gone`: the marker's name is free now, because what stood there makes no entry. */
inline removeDamagedMarker(gone) {
  gone = false;
#ifndef BROKEN_REPAIR
  /* Only where nobody else can be at work: who is not alone could hit a marker put there a moment ago. */
  d_step { allowed = !contested && how != uncertain; }
#else
  allowed = true;
#endif
  if
  :: allowed ->
     isSound(sound);
     if
     :: sound
#ifndef BROKEN_REPAIR
     :: !sound && sawMarker == 0 -> gone = true;
     :: !sound && sawMarker != 0 ->
#else
     :: !sound ->
#endif
        d_step {
          aside = marker; asidePlace = markerPlace;
          marker = 0; markerPlace = 0; gone = true; repairs++;
        }
        if
        :: aside != 0 && aside != HALF_WRITTEN && THERE(assets, asidePlace) ->
           /* It has become sound meanwhile: back. */
           d_step {
             if
             :: marker == 0 -> marker = aside; markerPlace = asidePlace; gone = false;
             :: else
             fi;
           }
        :: else
        fi;
     fi;
     d_step { aside = 0; asidePlace = 0; sound = false; sawMarker = 0; sawPlace = 0; }
  :: else
  fi;
  allowed = false;
}

/* --- one process that wants the entry ------------------------------------------------------------------------- */

proctype fettle(byte me) {
  mtype:takeover how = none;
  byte seen, names, place, index, used, sawMarker, sawPlace, sawEpoch, aside, asidePlace;
  bool taken, shared, made, won, gone, sound, allowed;

  {
    d_step { MAY_BEGIN(me); begun = begun | BIT(me); }
    find(used);
    if
    :: used != 0 -> goto finish;
    :: else
    fi;

wait: skip;
    /* Polling is left out: it looks again when there is something to be got. Silence is never proof, so a claim that
       cannot be judged may be taken at any time. */
    d_step {
      claim == 0 || dead[claim - 1] || !JUDGES(me, claim - 1);
      seen = claim;
    }
    if
    :: seen == 0 -> takeFree(taken);
    :: seen != 0 && JUDGES(me, seen - 1) -> replace(seen, certain, taken);
    :: seen != 0 && !JUDGES(me, seen - 1) ->
#ifndef BROKEN_LATE_CONTESTED
       d_step { contested = true; }
#endif
       replace(seen, uncertain, taken);
    fi;
    if
    :: !taken -> goto wait;
    :: taken
#if FAILURES
    /* Aborted, timed out, disk full: it has the lock, and makes nothing of it. */
    :: taken -> goto free;
#endif
    fi;

    find(used);
    if
    :: used != 0 -> goto free;
    :: else
    fi;

    prepare();

    d_step {
      /* ONE BUILDER: where holders can be judged, locks keep two from doing the same work. */
      HOLDS(ONE_BUILDER, !EXCLUSIVE || building == 0);
      building = building | BIT(me);
      /* Scripts know absolute paths and make what is missing there, so a folder taken away comes back in parts. */
      /* OWN FOLDERS: nobody works where another one does. */
      HOLDS(OWN_FOLDERS, first[place] == 0 && second[place] == 0);
      bases = bases | BIT(place); assets = assets | BIT(place);
      first[place] = ID(me);
    }
#ifdef BROKEN_EARLY_MARKER
    linkMarker(won);
#endif
    d_step {
      HOLDS(OWN_FOLDERS, first[place] == ID(me) && second[place] == 0);
      bases = bases | BIT(place); assets = assets | BIT(place);
      second[place] = ID(me);
    }
#if FAILURES
    if
    :: true -> goto abandon;
    :: true
    fi;
#endif

    /* commit: seal and flush, then the marker. */
    if
    :: !THERE(assets, place) -> goto abandon;
    :: else
    fi;
#ifndef BROKEN_EARLY_MARKER
    linkMarker(won);
#endif
    if
    :: !won ->
       removeDamagedMarker(gone);
       if
       :: gone -> linkMarker(won);
       :: else
       fi;
    :: else
    fi;
    if
    :: won -> d_step { used = ID(me); }
    :: else ->
       d_step { discardAsset(place); }
       find(used);
       /* GIVE WAY: who loses gets the winner's entry. Only a damaged marker in a contested entry is a dead end. */
       HOLDS(GIVE_WAY, used != 0 || epoch > 0 || (MARKER && contested));
       if
       :: used == 0 -> goto abandon;
       :: else
       fi;
    fi;
    d_step { building = building & (255 - BIT(me)); made = false; gone = false; won = false; place = 0; shared = false; how = none; }
    goto free;

abandon: skip;
    d_step { building = building & (255 - BIT(me)); discardAsset(place); made = false; gone = false; won = false; }
    /* Who was alone leaves attempt-k, empty: it says which numbers are used up. */
    d_step {
#ifndef BROKEN_CONTESTED_REMOVED
      if
      :: place == 0 || shared -> bases = bases & (255 - BIT(place));
      :: else
      fi;
#else
      bases = bases & (255 - BIT(place));
#endif
      place = 0; shared = false;
    }
    removeDamagedMarker(gone);
#ifdef BROKEN_CONTESTED_REMOVED
    d_step { made = contested && bases == 0 && marker == 0; }
    if
    :: made -> d_step { contested = false; }
    :: else
    fi;
#endif

free: skip;
#ifndef BROKEN_NO_RELEASE
    release();
#endif
    HOLDS(RELEASED, claim != ID(me));

finish:
    /* USE: what was found or made stays, and is what everybody else has. */
    HOLDS(USE, used == 0 || epoch > 0 || (used == winner && marker == winner && WHOLE(marker, markerPlace)));
    d_step { ended[me] = true; FORGET; }
  } unless {
    /* Killed: nothing more happens, nothing is undone. */
    d_step { dead[me]; FORGET; }
  }
}

/* --- the others ----------------------------------------------------------------------------------------------- */

/* Looks twice, without any lock: an entry that was there stays there, and stays the same. */
proctype reader() {
  byte one, two, sawMarker, sawPlace, sawEpoch;
  find(one);
  find(two);
  HOLDS(USE, one == 0 || one == two || epoch > 0);
}

/* SIGKILL, a crash, a power cut. */
proctype killer() {
  byte left = KILLS;
  byte victim;
  do
  :: left > 0 ->
     select(victim : 0 .. IDS - 1);
     atomic {
       left--;
       if
       :: THERE(begun, victim) && !ended[victim] ->
          dead[victim] = true;
          building = building & (255 - BIT(victim));
       :: else
       fi;
       victim = 0;
     }
  :: true -> break;
  od;
}

/* `cache clear`: one try for the lock, the marker first, then the folder. clear.ts */
proctype clearer() {
  mtype:takeover how = none;
  byte me = CLEARER;
  byte seen;
  bool taken;
  {
    d_step { begun = begun | BIT(me); }
    d_step { seen = claim; }
    if
    :: seen == 0 -> takeFree(taken);
    :: seen != 0 && dead[seen - 1] && JUDGES(me, seen - 1) -> replace(seen, certain, taken);
    :: else
    fi;
    if
    :: taken && !contested ->
#ifndef BROKEN_CLEAR_ORDER
       d_step { marker = 0; markerPlace = 0; winner = 0; epoch++; }
#endif
       d_step {
         int k;
         for (k : 0 .. PLACES - 1) { discardPlace(k); }
       }
    :: else
    fi;
    if
    :: taken -> release();
    :: else
    fi;
    d_step { ended[me] = true; }
  } unless {
    d_step { dead[me]; skip; }
  }
}

/* NOTHING LOST: from the commit on the entry is complete at every moment. */
active proctype monitor() {
end:
  atomic {
    !(winner == 0 || (marker == winner && THERE(assets, markerPlace) && WHOLE(winner, markerPlace)));
    HOLDS(NOTHING_LOST, false);
  }
}

init {
  atomic {
#if MARKER == GONE
    marker = SOMEBODY_BEFORE;
#elif MARKER == TORN
    marker = HALF_WRITTEN;
#endif
    byte p;
    for (p : 0 .. N - 1) { run fettle(p); }
#if KILLS
    run killer();
#endif
#if CLEARS
    run clearer();
#else
    ended[CLEARER] = true;
#endif
#if READERS
    run reader();
#endif
  }
}
