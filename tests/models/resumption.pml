/* tests/models/resumption.pml: the rounds of one session that is resumed, from its WELCOME on
 * (docs/PROTOCOL.md, sections 4, 5 and 7), and an adversary that owns the network, has an accomplice
 * beside the landmark and reads everything that was disclosed.
 *
 * The wire is a set, as in session.pml: what was ever sent can be delivered any number of times, in
 * any order, or never. What was disclosed the accomplice uses: it answers a PING itself as soon as it
 * knows the key of its round. What it knows of a nonce it uses, too: it sends the PING before the
 * landmark does, and keeps the PONG.
 *
 * A second landmark, which lies, is the same machine with two more steps: it signs a second opening
 * of a round, of another chain, and an opening that commits to a key that is not the device's. It may
 * make its own samples worthless by that; it must not make an honest device look like a liar.
 *
 * Either side can crash at any moment, and keeps nothing.
 *
 * Each BREAK_... takes out one rule. check_models shows that every one of them then fails.
 */
#define ROUNDS 3 /* of the session, from 1 */
#define GOOD 1   /* versions of an opening: the landmark's own, */
#define OTHER 2  /* of another chain, with the device's own key, */
#define FALSE 3  /* with a commitment to a key that is not the device's */

#define AT(r, i) (((r) - 1) * 2 + (i) - 1)
#define OF(r, v) (((r) - 1) * 3 + (v) - 1)

mtype = { IDLE, OPEN, AWAIT_RECEIPT, NONE, TAKING, CLOSED };

/* The wire. */
bit opening[9];      /* by round and version: WELCOME, or the RECEIPT of the round before */
bit ping[6];         /* by round and index */
bit pong[6];
bit evidence[9];     /* by round and the version of the opening that it names */

/* What happened, for the assertions; no machine reads it. */
byte transmissions[6];
byte pong_after[6];  /* how often its ping had been sent when the pong was made */
bit disclosed[4];    /* the key of that round */
bit all_disclosed;   /* whatever all round keys follow from */

/* The agent. */
mtype agent = IDLE;
byte round = 0;
byte taken = 0;      /* which opening of the round */
bit answered[3];
bit over = 0;        /* it gave the session up, or crashed: only a new handshake would help */

/* The landmark. */
mtype state_of[4] = NONE;
byte chain_of[4];    /* which opening of the round it sends nonces of; openings are drawn anew */
byte sent[4];
bit sampled[6];
bit heard[4];        /* a valid PONG came */
bit crashed = 0;

/* ---- the agent ---- */

/* WELCOME and RECEIPT: the commitment must be that of the agent's own key of that round. */
#ifdef BREAK_COMMITMENT
#define OURS(v) true
#else
#define OURS(v) (v != FALSE)
#endif
#define TAKE_OPENING(r, v)                                                                 \
  d_step { opening[OF(r, v)] && OURS(v) && !over &&                                        \
           ((r == 1 && agent == IDLE && round == 0) ||                                     \
            (r > 1 && agent == AWAIT_RECEIPT && round == r - 1)) ->                        \
    round = r; taken = v; answered[1] = 0; answered[2] = 0; agent = OPEN }

/* A nonce hashes to the anchor that was taken, and the header names the round. */
#define ANSWER(r, i)                                                                       \
  d_step { agent == OPEN && round == r && ping[AT(r, i)] && chain_of[r] == taken &&        \
           !answered[i] ->                                                                 \
    assert(!pong[AT(r, i)]);               /* one pong a nonce and round */                \
    answered[i] = 1; pong[AT(r, i)] = 1; pong_after[AT(r, i)] = transmissions[AT(r, i)] }

/* It names the opening: what was signed about another one says nothing of this. */
#define SIGN_EVIDENCE(r, v)                                                                \
  d_step { agent == OPEN && round == r && taken == v && (answered[1] || answered[2]) ->    \
    assert(!evidence[OF(r, GOOD)] && !evidence[OF(r, OTHER)] && !evidence[OF(r, FALSE)]);  \
    evidence[OF(r, v)] = 1; agent = AWAIT_RECEIPT }

/* ---- the landmark ---- */

#define SEND_PING(r, i)                                                                    \
  d_step { state_of[r] == TAKING && sent[r] == i - 1 ->                                    \
    sent[r] = i; ping[AT(r, i)] = 1; transmissions[AT(r, i)]++ }

#ifdef BREAK_CLOSED_IS_DEAF
#define LISTENS(r) (state_of[r] != NONE)
#else
#define LISTENS(r) (state_of[r] == TAKING)
#endif
/* The device's own pong. The sample counts from the transmission: it must be younger than that. */
#define TAKE_PONG(r, i)                                                                    \
  d_step { LISTENS(r) && sent[r] >= i && pong[AT(r, i)] && !sampled[AT(r, i)] ->           \
    assert(pong_after[AT(r, i)] == transmissions[AT(r, i)]);                               \
    sampled[AT(r, i)] = 1; heard[r] = 1 }

/* The accomplice's: it knows the ping, and the key if that was given away. */
#ifdef BREAK_KEY_OF_ITS_OWN /* one key for all rounds */
#define KNOWS_KEY(r) (disclosed[1] || disclosed[2] || disclosed[3])
#else
#define KNOWS_KEY(r) (disclosed[r] || all_disclosed)
#endif
#define TAKE_FORGED_PONG(r, i)                                                             \
  d_step { LISTENS(r) && ping[AT(r, i)] && !sampled[AT(r, i)] && KNOWS_KEY(r) ->           \
    assert(false) } /* the sample shows where the accomplice stands */

#ifdef BREAK_DISCLOSURE /* the ephemeral key, as of a session that is not resumed */
#define DISCLOSE(r) disclosed[r] = 1; all_disclosed = 1
#else
#define DISCLOSE(r) disclosed[r] = 1
#endif
/* The RECEIPT opens the next round; the Receipt discloses this one. */
#define TAKE_EVIDENCE(r)                                                                   \
  d_step { state_of[r] == TAKING && evidence[OF(r, chain_of[r])] && heard[r] &&            \
           r < ROUNDS ->                                                                   \
    state_of[r] = CLOSED; DISCLOSE(r);                                                     \
    assert(state_of[r + 1] == NONE);                                                       \
    state_of[r + 1] = TAKING; chain_of[r + 1] = GOOD; opening[OF(r + 1, GOOD)] = 1 }
#define REPEAT_RECEIPT(r) /* the same bytes: nothing is sent that was not sent before */   \
  d_step { state_of[r] == CLOSED && evidence[OF(r, GOOD)] && opening[OF(r + 1, GOOD)] &&   \
           state_of[r + 1] == TAKING && sent[r + 1] == 0 && !crashed ->                    \
    chain_of[r + 1] = OTHER; opening[OF(r + 1, OTHER)] = 1 }
#define CLOSE(r) /* deadline, lifetime, nobody answers */                                  \
  d_step { state_of[r] == TAKING -> state_of[r] = CLOSED; DISCLOSE(r) }

/* Both ends of a round in which both are at work must stand on one chain: a device that answers
 * nothing, because a repeated RECEIPT told it of another chain, would look silent. */
#define STAND_TOGETHER(r)                                                                  \
  d_step { agent == OPEN && round == r && state_of[r] == TAKING && taken != chain_of[r] && \
           !lied[r] -> assert(false) }

/* ---- a landmark that lies ---- */

bit lied[4];
#define LIE(r, v)                                                                          \
  d_step { r > 1 && opening[OF(r, GOOD)] && !opening[OF(r, v)] ->                          \
    opening[OF(r, v)] = 1; lied[r] = 1; if :: chain_of[r] = v :: true fi }
/* It shows the verifier an opening that it signed, with the key and the chain of that, and what the
 * device signed. The verifier convicts if root or key differ, unless the EVIDENCE is of another
 * opening. */
#ifdef BREAK_EVIDENCE_NAMES_OPENING
#define NAMES(v, w) true
#else
#define NAMES(v, w) (v == w)
#endif
#define JUDGE(r, v, w)                                                                     \
  d_step { r > 1 && opening[OF(r, v)] && evidence[OF(r, w)] && NAMES(v, w) ->              \
    assert(v == w);                        /* another chain: the honest root looks false */\
    assert(v != FALSE) }                   /* another key: so does every tag */

/* ---- chance and disks ---- */

#ifdef BREAK_FRESH_CHAIN /* the next anchor is the present one: its nonces are known */
#define SEND_KNOWN_PING(r, i)                                                              \
  d_step { r > 1 && transmissions[AT(r - 1, i)] > 0 && opening[OF(r, GOOD)] -> ping[AT(r, i)] = 1 }
#endif
#ifdef BREAK_NOTHING_IS_KEPT /* the landmark goes on after a crash, with what a file says of the chain */
#define GO_ON(r) d_step { crashed && state_of[r] == CLOSED && !disclosed[r] -> state_of[r] = TAKING; sent[r] = 0 }
#endif

active proctype World() {
  d_step { opening[OF(1, GOOD)] = 1; state_of[1] = TAKING; chain_of[1] = GOOD };
end:
  do
  :: TAKE_OPENING(1, GOOD)
  :: TAKE_OPENING(2, GOOD) :: TAKE_OPENING(2, OTHER) :: TAKE_OPENING(2, FALSE)
  :: TAKE_OPENING(3, GOOD) :: TAKE_OPENING(3, OTHER) :: TAKE_OPENING(3, FALSE)
  :: ANSWER(1, 1) :: ANSWER(1, 2) :: ANSWER(2, 1) :: ANSWER(2, 2) :: ANSWER(3, 1) :: ANSWER(3, 2)
  :: SIGN_EVIDENCE(1, GOOD)
  :: SIGN_EVIDENCE(2, GOOD) :: SIGN_EVIDENCE(2, OTHER) :: SIGN_EVIDENCE(2, FALSE)
  :: SIGN_EVIDENCE(3, GOOD) :: SIGN_EVIDENCE(3, OTHER) :: SIGN_EVIDENCE(3, FALSE)
  /* It gives up, its day is over, or it crashes. */
  :: d_step { agent != IDLE -> agent = IDLE; over = 1 }

  :: SEND_PING(1, 1) :: SEND_PING(1, 2) :: SEND_PING(2, 1) :: SEND_PING(2, 2)
  :: SEND_PING(3, 1) :: SEND_PING(3, 2)
  :: TAKE_PONG(1, 1) :: TAKE_PONG(1, 2) :: TAKE_PONG(2, 1) :: TAKE_PONG(2, 2)
  :: TAKE_PONG(3, 1) :: TAKE_PONG(3, 2)
  :: TAKE_FORGED_PONG(1, 1) :: TAKE_FORGED_PONG(1, 2) :: TAKE_FORGED_PONG(2, 1)
  :: TAKE_FORGED_PONG(2, 2) :: TAKE_FORGED_PONG(3, 1) :: TAKE_FORGED_PONG(3, 2)
  :: TAKE_EVIDENCE(1) :: TAKE_EVIDENCE(2)
  :: CLOSE(1) :: CLOSE(2) :: CLOSE(3)
  :: STAND_TOGETHER(2) :: STAND_TOGETHER(3)
  :: LIE(2, OTHER) :: LIE(2, FALSE) :: LIE(3, OTHER) :: LIE(3, FALSE)
  :: JUDGE(2, GOOD, OTHER) :: JUDGE(2, OTHER, GOOD) :: JUDGE(2, FALSE, GOOD) :: JUDGE(2, FALSE, FALSE)
  :: JUDGE(3, GOOD, OTHER) :: JUDGE(3, OTHER, GOOD) :: JUDGE(3, FALSE, GOOD) :: JUDGE(3, FALSE, FALSE)
#ifdef BREAK_RECEIPT_REPEATED_VERBATIM
  :: REPEAT_RECEIPT(1) :: REPEAT_RECEIPT(2)
#endif
#ifdef BREAK_FRESH_CHAIN
  :: SEND_KNOWN_PING(2, 1) :: SEND_KNOWN_PING(2, 2)
#endif
  /* The landmark crashes: nothing was disclosed of the rounds under way, and nothing ever is. */
  :: d_step { !crashed -> crashed = 1;
       if :: state_of[1] == TAKING -> state_of[1] = CLOSED :: else fi;
       if :: state_of[2] == TAKING -> state_of[2] = CLOSED :: else fi;
       if :: state_of[3] == TAKING -> state_of[3] = CLOSED :: else fi }
#ifdef BREAK_NOTHING_IS_KEPT
  :: GO_ON(1) :: GO_ON(2) :: GO_ON(3)
#endif
  od
}
