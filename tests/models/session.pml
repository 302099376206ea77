/* tests/models/session.pml: both session machines of docs/PROTOCOL.md, section 7, and a network that
 * belongs to the adversary.
 *
 * The wire is a set: what was ever sent can be delivered any number of times, in any order, to
 * anyone, or never. So loss, repetition, reordering and replay need no code of their own. The
 * adversary also forges RETRY, which nothing authenticates. What it cannot do is left out as
 * impossible: sign, open a seal, guess a nonce, or answer without the round key.
 *
 * Either side can crash and start anew at any moment: the agent keeps its counter and nothing else,
 * the landmark keeps nothing (its cookie secret, its counter book and its sessions are gone).
 *
 * Each BREAK_... takes out one rule. check_models shows that every one of them then fails.
 */
#define FORGED 3       /* a cookie that no landmark minted; 1 and 2 are minted by that boot */
#define LAST_ATTEMPT 2 /* HELLOs of the agent, from 1 */
#define LAST_BOOT 2    /* of the landmark, from 1 */
#define LAST_SESSION 2 /* that the landmark may open in all, from 1 */
#define LAST_INDEX 2   /* nonces of a chain, from 1 */

#define H2(n, k) ((n - 1) * 3 + (k) - 1)
#define AT(s, i) ((s - 1) * 2 + (i) - 1)

mtype = { IDLE, AWAIT_RETRY, AWAIT_WELCOME, OPEN, AWAIT_RECEIPT, NONE, TAKING, CLOSED };

/* The wire. */
bit hello[3];                 /* by attempt */
bit retry[6];                 /* by attempt and minting boot */
bit hello2[6];                /* by attempt and cookie */
byte hello2_counter[6];
bit welcome[3];               /* by session */
bit ping[4];                  /* by session and index */
bit pong[4];
bit evidence[3];
bit receipt[3];

/* What happened, for the assertions; no machine reads it. */
bit welcomed[6];              /* the landmark opened a session for this HELLO2 */
bit joined[3];                /* the agent opened this session */
byte transmissions[4];        /* of a ping */
byte pong_after[4];           /* how often its ping had been sent when the pong was made */

/* The agent. */
mtype agent = IDLE;
byte attempt = 0;
bit kept[4];                  /* cookies kept for this attempt */
byte counter_of[4];           /* of the HELLO2 with that cookie; 0: not made yet */
byte counter = 0;             /* durable */
byte session = 0;
bit answered[3];

/* The landmark. */
byte boot = 1;
byte highest = 0;             /* the device's counter, as this boot knows it */
byte sessions = 0;
mtype state_of[3] = NONE;
byte attempt_of[3];           /* whose share the session's key was agreed with */
byte cookie_of[3];
byte sent[3];
bit sampled[4];

inline forget_attempt() {
  kept[1] = 0; kept[2] = 0; kept[3] = 0;
  counter_of[1] = 0; counter_of[2] = 0; counter_of[3] = 0
}
inline forget_session() {
  session = 0; answered[1] = 0; answered[2] = 0
}

/* Two HELLO2 that differ never bear one counter: it would convict an honest device. */
#define FRESH(c) (hello2_counter[0] != (c) && hello2_counter[1] != (c) && hello2_counter[2] != (c) && \
                  hello2_counter[3] != (c) && hello2_counter[4] != (c) && hello2_counter[5] != (c))

/* ---- the agent ---- */

#define TAKE_RETRY(k, genuine)                                                             \
  d_step { (agent == AWAIT_RETRY || agent == AWAIT_WELCOME) && !kept[k] && (genuine) ->    \
    kept[k] = 1; agent = AWAIT_WELCOME }

/* A counter of its own the first time, the same bytes later. */
#define SEND_HELLO2(k)                                                                     \
  d_step { agent == AWAIT_WELCOME && kept[k] && counter_of[k] == 0 ->                      \
    counter++; assert(FRESH(counter)); counter_of[k] = counter;                            \
    hello2_counter[H2(attempt, k)] = counter; hello2[H2(attempt, k)] = 1 }

/* It names the hash of one of the HELLO2 that were made for this HELLO. */
#ifdef BREAK_TRANSCRIPT
#define NAMES_OURS(s) true
#else
#define NAMES_OURS(s) (attempt_of[s] == attempt && counter_of[cookie_of[s]] != 0)
#endif
#define TAKE_WELCOME(s)                                                                    \
  d_step { agent == AWAIT_WELCOME && welcome[s] && NAMES_OURS(s) ->                        \
    assert(!joined[s]);                    /* no session is opened twice */                \
    assert(attempt_of[s] == attempt);      /* both sides agreed on one key */              \
    joined[s] = 1; session = s; forget_attempt(); agent = OPEN }

#ifdef BREAK_ANSWERED_ONCE
#define UNANSWERED(i) true
#else
#define UNANSWERED(i) (!answered[i])
#endif
#define ANSWER(s, i)                                                                       \
  d_step { agent == OPEN && session == s && ping[AT(s, i)] && UNANSWERED(i) ->             \
    assert(!pong[AT(s, i)]);               /* one pong a nonce */                          \
    answered[i] = 1; pong[AT(s, i)] = 1; pong_after[AT(s, i)] = transmissions[AT(s, i)] }

#define SIGN_EVIDENCE(s)                                                                   \
  d_step { agent == OPEN && session == s && (answered[1] || answered[2]) ->                \
    assert(!evidence[s]);                  /* a session is signed for once */              \
    evidence[s] = 1; agent = AWAIT_RECEIPT }
#define TAKE_RECEIPT(s)                                                                    \
  d_step { agent == AWAIT_RECEIPT && session == s && receipt[s] ->                         \
    assert(joined[s] && evidence[s]); forget_session(); agent = IDLE }

/* ---- the landmark ---- */

#define SEND_RETRY(n, b)                                                                   \
  d_step { boot == b && hello[n] && !retry[H2(n, b)] -> retry[H2(n, b)] = 1 }

/* A cookie serves the boot that minted it. */
#ifdef BREAK_COOKIE_SECRET
#define MINTED(k) true
#else
#define MINTED(k) (k == boot)
#endif
#ifdef BREAK_COUNTER_BOOK
#define NEWER(c) true
#else
#define NEWER(c) ((c) > highest)
#endif
#define TAKE_HELLO2(n, k)                                                                  \
  d_step { hello2[H2(n, k)] && MINTED(k) && NEWER(hello2_counter[H2(n, k)]) &&             \
           sessions < LAST_SESSION ->                                                      \
    assert(!welcomed[H2(n, k)]);           /* one HELLO2, one session, reboots included */ \
    welcomed[H2(n, k)] = 1; sessions++; highest = hello2_counter[H2(n, k)];                \
    state_of[sessions] = TAKING; attempt_of[sessions] = n; cookie_of[sessions] = k;        \
    welcome[sessions] = 1 }

#define SEND_PING(s, i)                                                                    \
  d_step { state_of[s] == TAKING && sent[s] == i - 1 ->                                    \
    sent[s] = i; ping[AT(s, i)] = 1; transmissions[AT(s, i)]++ }
#define SEND_PING_AGAIN(s, i)                                                              \
  d_step { state_of[s] == TAKING && sent[s] == i && !sampled[AT(s, i)] &&                  \
           transmissions[AT(s, i)] < 2 -> transmissions[AT(s, i)]++ }

/* The sample counts from the latest transmission: the pong must be younger than that. */
#define TAKE_PONG(s, i)                                                                    \
  d_step { state_of[s] == TAKING && pong[AT(s, i)] && !sampled[AT(s, i)] ->                \
    assert(joined[s] && pong_after[AT(s, i)] == transmissions[AT(s, i)]);                  \
    sampled[AT(s, i)] = 1 }

#define SEND_RECEIPT(s)                                                                    \
  d_step { state_of[s] == TAKING && evidence[s] -> receipt[s] = 1; state_of[s] = CLOSED }
#define CLOSE(s) /* lifetime over, or nobody answers */                                    \
  d_step { state_of[s] == TAKING -> state_of[s] = CLOSED }

/* Every step of either side; which one comes next is the adversary's to say. */
active proctype World() {
end:
  do
  :: d_step { agent == IDLE && attempt < LAST_ATTEMPT ->
       attempt++; hello[attempt] = 1; agent = AWAIT_RETRY }
  :: TAKE_RETRY(1, retry[H2(attempt, 1)])
  :: TAKE_RETRY(2, retry[H2(attempt, 2)])
  :: TAKE_RETRY(FORGED, true)
  :: SEND_HELLO2(1) :: SEND_HELLO2(2) :: SEND_HELLO2(3)
  :: TAKE_WELCOME(1) :: TAKE_WELCOME(2)
  :: ANSWER(1, 1) :: ANSWER(1, 2) :: ANSWER(2, 1) :: ANSWER(2, 2)
  :: SIGN_EVIDENCE(1) :: SIGN_EVIDENCE(2)
  :: TAKE_RECEIPT(1) :: TAKE_RECEIPT(2)
  /* It gives up, or it crashes: the counter is on disk, the rest is not. */
  :: d_step { agent != IDLE ->
       forget_attempt(); forget_session(); agent = IDLE
#ifdef BREAK_DURABLE_COUNTER
       ; counter = 0
#endif
     }

  :: SEND_RETRY(1, 1) :: SEND_RETRY(1, 2) :: SEND_RETRY(2, 1) :: SEND_RETRY(2, 2)
  :: TAKE_HELLO2(1, 1) :: TAKE_HELLO2(1, 2) :: TAKE_HELLO2(1, 3)
  :: TAKE_HELLO2(2, 1) :: TAKE_HELLO2(2, 2) :: TAKE_HELLO2(2, 3)
  :: SEND_PING(1, 1) :: SEND_PING(1, 2) :: SEND_PING(2, 1) :: SEND_PING(2, 2)
#ifdef BREAK_SENT_ONCE
  :: SEND_PING_AGAIN(1, 1) :: SEND_PING_AGAIN(1, 2)
#endif
  :: TAKE_PONG(1, 1) :: TAKE_PONG(1, 2) :: TAKE_PONG(2, 1) :: TAKE_PONG(2, 2)
  :: SEND_RECEIPT(1) :: SEND_RECEIPT(2) :: CLOSE(1) :: CLOSE(2)
  /* It crashes: sessions, counter book and cookie secret are gone. */
  :: d_step { boot < LAST_BOOT ->
       boot++; highest = 0;
       if :: state_of[1] == TAKING -> state_of[1] = CLOSED :: else fi;
       if :: state_of[2] == TAKING -> state_of[2] = CLOSED :: else fi }
  od
}
