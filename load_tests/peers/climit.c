/* The yardstick: what a broadcast costs when nothing but the kernel does the work.
 *
 * One thread, epoll, no memory taken after the start. Every connection is a WebSocket; whatever text frame one of them
 * sends goes to all of them (the sender too) as one frame, made once, with one send() per connection and frame. No fragments,
 * no compression; a connection whose socket is full loses the rest of the frame and is closed, because it could not be told
 * where a frame begins any more.
 *
 *     cc -O2 -o climit climit.c && ./climit 0      prints the port it listens on, on 127.0.0.1
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SLOTS = 65536, INBOX = 16384, FRAME = 65536 + 4, EVENTS = 512, BACKLOG = 4096 };

static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; /* RFC 6455 section 1.3 */
static const char KEY[] = "sec-websocket-key:";

struct peer {
    int place; /* in `members`, -1 before the handshake */
    size_t kept;
    uint8_t *inbox;
};

static struct peer peers[SLOTS]; /* by file descriptor */
static int members[SLOTS], count, poller;

static uint32_t turned(uint32_t word, int by) { return word << by | word >> (32 - by); }

/* SHA-1 (FIPS 180-4) of less than 120 bytes: the key of a handshake and the GUID are 60. */
static void sha1(const char *text, size_t length, uint8_t digest[20])
{
    static const uint32_t constant[4] = {0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6};
    uint32_t state[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0}, word[80];
    uint8_t block[128] = {0};
    size_t size = length + 9 > 64 ? 128 : 64;
    memcpy(block, text, length);
    block[length] = 0x80;
    block[size - 2] = (uint8_t)(length * 8 >> 8);
    block[size - 1] = (uint8_t)(length * 8);
    for (size_t from = 0; from < size; from += 64) {
        uint32_t now[5];
        memcpy(now, state, sizeof now);
        for (int at = 0; at < 80; at++) {
            const uint8_t *byte = block + from + 4 * at;
            word[at] = at < 16 ? (uint32_t)byte[0] << 24 | byte[1] << 16 | byte[2] << 8 | byte[3]
                               : turned(word[at - 3] ^ word[at - 8] ^ word[at - 14] ^ word[at - 16], 1);
            uint32_t mix = at < 20                ? (now[1] & now[2]) | (~now[1] & now[3])
                           : at >= 40 && at < 60 ? (now[1] & now[2]) | (now[1] & now[3]) | (now[2] & now[3])
                                                 : now[1] ^ now[2] ^ now[3];
            uint32_t next = turned(now[0], 5) + mix + now[4] + word[at] + constant[at / 20];
            now[4] = now[3];
            now[3] = now[2];
            now[2] = turned(now[1], 30);
            now[1] = now[0];
            now[0] = next;
        }
        for (int at = 0; at < 5; at++)
            state[at] += now[at];
    }
    for (int at = 0; at < 20; at++)
        digest[at] = (uint8_t)(state[at / 4] >> (24 - 8 * (at % 4)));
}

static void base64(const uint8_t digest[20], char text[29])
{
    static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int at = 0; at < 7; at++) {
        uint32_t three = (uint32_t)digest[3 * at] << 16 | digest[3 * at + 1] << 8 | (at < 6 ? digest[3 * at + 2] : 0);
        for (int part = 0; part < 4; part++)
            text[4 * at + part] = letter[three >> (18 - 6 * part) & 63];
    }
    text[27] = '=';
    text[28] = 0;
}

/* Answers a whole request head; false when it is no handshake. */
static int welcome(int fd, char *head)
{
    char joined[64], answer[160], text[29];
    uint8_t digest[20];
    char *key = strcasestr(head, KEY);
    if (!key)
        return 0;
    key += sizeof KEY - 1;
    key += strspn(key, " \t");
    if (strcspn(key, " \t\r\n") != 24)
        return 0;
    memcpy(joined, key, 24);
    memcpy(joined + 24, GUID, 36);
    sha1(joined, 60, digest);
    base64(digest, text);
    int size = snprintf(answer, sizeof answer,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: %s\r\n\r\n",
                        text);
    return send(fd, answer, (size_t)size, MSG_NOSIGNAL) == size;
}

static void leave(int fd)
{
    struct peer *peer = &peers[fd];
    if (peer->place >= 0) {
        members[peer->place] = members[--count];
        peers[members[peer->place]].place = peer->place;
    }
    peer->place = -1;
    free(peer->inbox);
    peer->inbox = NULL;
    close(fd);
}

static void greet(int listener)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
        if (fd < 0)
            return;
        if (fd >= SLOTS || !(peers[fd].inbox = malloc(INBOX))) {
            close(fd);
            continue;
        }
        peers[fd].place = -1;
        peers[fd].kept = 0;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event wish = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &wish);
    }
}

static void tell_all(const uint8_t *payload, size_t length, const uint8_t *mask)
{
    static uint8_t frame[FRAME];
    static int full[SLOTS];
    size_t head = length < 126 ? 2 : 4;
    int fulls = 0;
    frame[0] = 0x81;
    frame[1] = length < 126 ? (uint8_t)length : 126;
    if (head == 4) {
        frame[2] = (uint8_t)(length >> 8);
        frame[3] = (uint8_t)length;
    }
    for (size_t at = 0; at < length; at++)
        frame[head + at] = payload[at] ^ mask[at & 3];
    for (int place = 0; place < count; place++)
        if (send(members[place], frame, head + length, MSG_NOSIGNAL) != (ssize_t)(head + length))
            full[fulls++] = members[place];
    while (fulls)
        leave(full[--fulls]);
}

/* Handles what is whole in the inbox; false when the connection is over. */
static int digest(int fd)
{
    struct peer *peer = &peers[fd];
    size_t at = 0;
    if (peer->place < 0) {
        uint8_t *end = memmem(peer->inbox, peer->kept, "\r\n\r\n", 4);
        if (!end)
            return peer->kept < INBOX;
        end[2] = 0;
        if (!welcome(fd, (char *)peer->inbox))
            return 0;
        peer->place = count;
        members[count++] = fd;
        at = (size_t)(end + 4 - peer->inbox);
    }
    while (peer->kept - at >= 2) {
        const uint8_t *frame = peer->inbox + at;
        size_t length = frame[1] & 127, head = 2, left = peer->kept - at;
        if (length == 127 || !(frame[1] & 128) || (frame[0] & 15) == 8)
            return 0; /* over 64 KiB, unmasked, or Close */
        if (length == 126) {
            if (left < 4)
                break;
            length = (size_t)frame[2] << 8 | frame[3];
            head = 4;
        }
        if (head + 4 + length > INBOX)
            return 0;
        if (left < head + 4 + length)
            break;
        if ((frame[0] & 15) == 1)
            tell_all(frame + head + 4, length, frame + head);
        if (!peer->inbox) /* its own socket was full */
            return 1;
        at += head + 4 + length;
    }
    peer->kept -= at;
    memmove(peer->inbox, peer->inbox + at, peer->kept);
    return peer->kept < INBOX;
}

static void hear(int fd)
{
    struct peer *peer = &peers[fd];
    if (!peer->inbox)
        return; /* closed in this very round */
    ssize_t got = recv(fd, peer->inbox + peer->kept, INBOX - peer->kept, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0)
        peer->kept += (size_t)got;
    if (got <= 0 || !digest(fd))
        leave(fd);
}

int main(int words, char **word)
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(words > 1 ? atoi(word[1]) : 0))};
    socklen_t size = sizeof place;
    struct rlimit files;
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (listener < 0 || poller < 0 || bind(listener, (struct sockaddr *)&place, sizeof place) ||
        listen(listener, BACKLOG) || getsockname(listener, (struct sockaddr *)&place, &size)) {
        perror("climit");
        return 1;
    }
    printf("%d\n", ntohs(place.sin_port));
    fflush(stdout);
    struct epoll_event wish = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &wish);
    for (;;) {
        int ready = epoll_wait(poller, events, EVENTS, -1);
        for (int place = 0; place < ready; place++)
            if (events[place].data.fd == listener)
                greet(listener);
            else
                hear(events[place].data.fd);
    }
}
