/* The head of an AppImage of type 2: a program without dependencies, behind which lies a squashfs with the real one.
 *
 * It mounts the squashfs by FUSE, in a server of its own, and becomes AppRun inside it. Where FUSE cannot be had it
 * unpacks into a temporary folder, runs AppRun there, and removes the folder afterwards. Format and environment as in
 * https://github.com/AppImage/AppImageSpec/blob/master/draft.md; built by packaging/bundle/make_appimage.py against
 * the static libraries of squashfuse and libfuse 3.
 */
#define _GNU_SOURCE
#define FUSE_USE_VERSION 31

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <squashfuse/ll.h>
#include <squashfuse/squashfuse.h>

/* Of ll_main.c; no header of squashfuse declares it. */
sqfs_ll *sqfs_ll_open(const char *path, size_t offset);

/* Stands for the library lzo, which squashfuse can use and whose licence is the GPL: our images are packed with zstd. */
int lzo1x_decompress_safe(const void *from, size_t size, void *to, size_t *room, void *memory);
int lzo1x_decompress_safe(const void *from, size_t size, void *to, size_t *room, void *memory) {
    (void)from, (void)size, (void)to, (void)room, (void)memory;
    return -1;
}

static const char HELP[] =
    "An AppImage: it runs as it is, with the arguments of the program in it.\n"
    "  --appimage-extract           unpack it into the folder squashfs-root\n"
    "  --appimage-extract-and-run   unpack it into a temporary folder and run it there, without FUSE;\n"
    "                               the same with APPIMAGE_EXTRACT_AND_RUN=1\n"
    "  --appimage-offset            tell at which byte the squashfs begins\n"
    "  --appimage-help              this text\n";

static char image[PATH_MAX]; /* this file */

static void complain(const char *what, const char *which) {
    fprintf(stderr, "%s %s: %s.\n", what, which, strerror(errno));
}

/* Where the squashfs begins: behind the section headers, which a linker writes last. 0 where there is none, or where
 * the file is shorter than the squashfs says: a download that broke off. */
static size_t squashfs_offset(void) {
    Elf64_Ehdr head;
    struct squashfs_super_block body;
    struct stat about;
    size_t offset = 0;
    int fd = open(image, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && !fstat(fd, &about) && pread(fd, &head, sizeof head, 0) == sizeof head) {
        offset = head.e_shoff + (size_t)head.e_shentsize * head.e_shnum;
        if (pread(fd, &body, sizeof body, offset) != sizeof body || body.s_magic != SQUASHFS_MAGIC ||
            offset + body.bytes_used > (size_t)about.st_size)
            offset = 0;
    }
    if (fd >= 0) close(fd);
    return offset;
}

/* A new folder for one run, named after the image; false with a message where there can be none. */
static int temporary_folder(char *folder, const char *kind) {
    const char *parent = getenv("TMPDIR"), *name = strrchr(image, '/') + 1;
    if (!parent || !*parent) parent = "/tmp";
    if (snprintf(folder, PATH_MAX, "%s/.%s_%.12sXXXXXX", parent, kind, name) >= PATH_MAX) errno = ENAMETOOLONG;
    else if (mkdtemp(folder)) return 1;
    complain("No temporary folder could be made in", parent);
    return 0;
}

/* ---- by FUSE ---- */

static void on_destroy(void *ll) { sqfs_ll_destroy(ll); }

/* Serve the mounted squashfs until the last program that holds the other end of `alive` has ended. Does not return. */
static void serve(const char *mountpoint, size_t offset, int ready, int alive) {
    struct fuse_lowlevel_ops operations = {
        .getattr = sqfs_ll_op_getattr,       .lookup = sqfs_ll_op_lookup,     .forget = sqfs_ll_op_forget,
        .opendir = sqfs_ll_op_opendir,       .readdir = sqfs_ll_op_readdir,   .releasedir = sqfs_ll_op_releasedir,
        .open = sqfs_ll_op_open,             .read = sqfs_ll_op_read,         .release = sqfs_ll_op_release,
        .readlink = sqfs_ll_op_readlink,     .create = sqfs_ll_op_create,     .listxattr = sqfs_ll_op_listxattr,
        .getxattr = sqfs_ll_op_getxattr,     .statfs = stfs_ll_op_statfs,     .destroy = on_destroy,
    };
    char *arguments[] = {image, "-o", "ro,nodev,nosuid,fsname=appimage,subtype=squashfuse", NULL};
    struct fuse_args options = FUSE_ARGS_INIT(3, arguments);
    sqfs_ll_chan channel = {0};
    struct fuse_buf request = {0};
    sqfs_ll *filesystem = sqfs_ll_open(image, offset);
    if (!filesystem ||
        sqfs_ll_mount(&channel, mountpoint, &options, &operations, sizeof operations, filesystem) != SQFS_OK)
        _exit(1);
    if (write(ready, "m", 1) != 1) errno = EPIPE; /* whoever waited has died; `alive` says so too */
    close(ready);
    for (int null = open("/dev/null", O_RDWR), fd = 0; fd < 3; fd++) dup2(null, fd); /* no one's terminal or pipe */
    struct pollfd events[] = {{.fd = fuse_session_fd(channel.session), .events = POLLIN}, {.fd = alive}};
    while (!fuse_session_exited(channel.session)) {
        if (poll(events, 2, -1) < 0 && errno != EINTR) break;
        if (events[1].revents) break;
        if (!events[0].revents) continue;
        int got = fuse_session_receive_buf(channel.session, &request);
        if (got == -EINTR || got == -EAGAIN) continue;
        if (got <= 0) break;
        fuse_session_process_buf(channel.session, &request);
    }
    sqfs_ll_unmount(&channel, mountpoint);
    rmdir(mountpoint);
    _exit(0);
}

/* Mount the image on `mountpoint`, for as long as this process and what it starts will live; 0 where that fails. */
static int mount_image(const char *mountpoint, size_t offset) {
    int ready[2], alive[2];
    char answer;
    if (pipe2(ready, O_CLOEXEC) || pipe(alive)) return 0;
    pid_t child = fork();
    if (child == 0) {
        /* Not our child any more, nor in our terminal: neither Ctrl+C nor a wait for children shall meet the server. */
        if (setsid() < 0 || fork() != 0) _exit(0);
        close(ready[0]);
        close(alive[1]);
        signal(SIGPIPE, SIG_IGN);
        if (chdir("/")) _exit(1);
        serve(mountpoint, offset, ready[1], alive[0]);
    }
    close(ready[1]);
    close(alive[0]);
    if (child > 0) waitpid(child, NULL, 0);
    int mounted = child > 0 && read(ready[0], &answer, 1) == 1;
    close(ready[0]);
    if (!mounted) close(alive[1]); /* else it stays open until the program ends: its end is the sign to unmount */
    return mounted;
}

/* ---- by unpacking ---- */

static int unpack_file(sqfs *fs, sqfs_inode *inode, const char *target, mode_t mode) {
    static char block[1 << 20];
    int fd = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode), well = fd >= 0;
    for (sqfs_off_t done = 0; well;) {
        sqfs_off_t size = sizeof block;
        if (sqfs_read_range(fs, inode, done, &size, block) != SQFS_OK) errno = EIO, well = 0;
        else if (size == 0) break;
        for (char *at = block; well && at < block + size;) {
            ssize_t wrote = write(fd, at, block + size - at);
            if (wrote < 0 && errno != EINTR) well = 0;
            else if (wrote > 0) at += wrote;
        }
        done += size;
    }
    return fd >= 0 && !close(fd) && well;
}

static int unpack_entry(sqfs *fs, sqfs_traverse *walk, const char *target) {
    char text[PATH_MAX];
    size_t size = sizeof text;
    sqfs_inode inode;
    if (sqfs_inode_get(fs, &inode, sqfs_dentry_inode(&walk->entry)) != SQFS_OK) return errno = EIO, 0;
    if (S_ISDIR(inode.base.mode)) return !mkdir(target, 0755) || errno == EEXIST;
    if (S_ISREG(inode.base.mode)) return unpack_file(fs, &inode, target, inode.base.mode & 0777);
    if (!S_ISLNK(inode.base.mode)) return errno = EINVAL, 0;
    if (sqfs_readlink(fs, &inode, text, &size) != SQFS_OK) return errno = EIO, 0;
    unlink(target);
    return !symlink(text, target);
}

/* Unpack the image into `folder`, which must exist; 0 with a message where that fails. */
static int unpack(const char *folder, size_t offset) {
    sqfs fs;
    sqfs_traverse walk;
    sqfs_err error = SQFS_OK;
    char target[PATH_MAX];
    if (sqfs_open_image(&fs, image, offset) != SQFS_OK) return 0; /* it has said why */
    if (sqfs_traverse_open(&walk, &fs, sqfs_inode_root(&fs)) != SQFS_OK) return 0;
    while (sqfs_traverse_next(&walk, &error)) {
        if (walk.dir_end) continue;
        if (snprintf(target, sizeof target, "%s/%s", folder, walk.path) >= (int)sizeof target) errno = ENAMETOOLONG;
        else if (unpack_entry(&fs, &walk, target)) continue;
        complain("Could not unpack", target);
        return 0;
    }
    if (error != SQFS_OK) fprintf(stderr, "%s is damaged; download it again.\n", image);
    sqfs_traverse_close(&walk);
    return error == SQFS_OK;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where) {
    (void)about, (void)kind, (void)where;
    return remove(path);
}

static pid_t running;
static void pass_on(int number) { kill(running, number); }

static int become(const char *folder, char **arguments) {
    char program[PATH_MAX + 8];
    setenv("APPDIR", folder, 1);
    snprintf(program, sizeof program, "%s/AppRun", folder);
    execv(program, arguments);
    complain("Could not run", program);
    return 127;
}

/* Unpack into a temporary folder, run there, remove the folder; returns the program's exit status. */
static int unpack_and_run(char **arguments, size_t offset) {
    char folder[PATH_MAX];
    int status = 127 << 8;
    if (!temporary_folder(folder, "unpacked")) return 127;
    if (unpack(folder, offset)) {
        running = fork();
        if (running == 0) _exit(become(folder, arguments));
        for (int i = 0; i < 3; i++) signal((int[]){SIGINT, SIGTERM, SIGHUP}[i], pass_on);
        while (running > 0 && waitpid(running, &status, 0) < 0 && errno == EINTR) continue;
    }
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int count, char **arguments) {
    char cwd[PATH_MAX], folder[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", image, sizeof image - 1);
    size_t offset = size > 0 ? squashfs_offset() : 0;
    const char *option = count > 1 && !strncmp(arguments[1], "--appimage-", 11) ? arguments[1] + 11 : NULL;
    const char *wish = getenv("APPIMAGE_EXTRACT_AND_RUN");
    if (offset == 0) return fprintf(stderr, "%s is not complete; download it again.\n", image), 127;
    setenv("APPIMAGE", image, 1);
    setenv("ARGV0", arguments[0], 1);
    if (getcwd(cwd, sizeof cwd)) setenv("OWD", cwd, 1);

    if (option && !strcmp(option, "help")) return fputs(HELP, stdout) < 0;
    if (option && !strcmp(option, "offset")) return printf("%zu\n", offset) < 0;
    if (option && !strcmp(option, "extract")) {
        if (mkdir("squashfs-root", 0755) && errno != EEXIST) return complain("Could not make", "squashfs-root"), 1;
        return !unpack("squashfs-root", offset);
    }
    if (option && strcmp(option, "extract-and-run"))
        return fprintf(stderr, "There is no option %s; --appimage-help lists them.\n", arguments[1]), 2;
    if (option) {
        memmove(arguments + 1, arguments + 2, (count - 1) * sizeof *arguments);
        return unpack_and_run(arguments, offset);
    }
    if (wish && *wish && strcmp(wish, "0")) return unpack_and_run(arguments, offset);
    if (temporary_folder(folder, "mount")) {
        if (mount_image(folder, offset)) return become(folder, arguments);
        rmdir(folder);
    }
    fprintf(stderr, "FUSE is not usable here, so the program is unpacked for this run; that takes a moment.\n");
    return unpack_and_run(arguments, offset);
}
