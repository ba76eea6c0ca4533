using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace EndToEnd;

/// <summary>
/// A switch with a link to each host of a test: a TAP device whose frames are carried here. Some are lost and each takes its time, so that they also
/// overtake each other; a link can be cut, and then nothing comes through. What netem does, without asking for a kernel that has it.
/// </summary>
/// <param name="loss">How many frames of one are lost on their way from one host to another.</param>
/// <param name="delay">How long that way takes.</param>
/// <param name="jitter">By how much it takes more or less, evenly.</param>
internal sealed partial class LossyNetwork(double loss, TimeSpan delay, TimeSpan jitter) : IDisposable
{
    private const string Device = "/dev/net/tun";
    private const int LongestFrame = 2048;
    private const int AddressLength = 6;

    private readonly ConcurrentDictionary<ulong, Link> _known = new();
    private readonly PriorityQueue<(Link To, byte[] Frame), long> _underWay = new();
    private readonly List<Link> _links = [];
    private readonly List<Thread> _threads = [];
    private long _carried;
    private long _lost;
    private volatile bool _ends;

    /// <summary>Why there can be none here; null if there can.</summary>
    public static string? Missing => !Environment.IsPrivilegedProcess ? "only root may make network devices"
        : !File.Exists(Device) ? $"there is no {Device}"
        : null;

    /// <summary>Frames that came through.</summary>
    public long Carried => Interlocked.Read(ref _carried);

    /// <summary>Frames that were lost by chance, or in a link that was cut.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Makes a link, whose device has still to be given to a host.</summary>
    public Link Add()
    {
        SafeFileHandle device = File.OpenHandle(Device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        // struct ifreq: the name, which the kernel completes, then flags.
        const int nameLength = 16;
        const short tapWithoutInformation = 0x1002;
        const uint setInterface = 0x400454ca;
        byte[] request = new byte[40];
        Encoding.ASCII.GetBytes("tap%d", request);
        BinaryPrimitives.WriteInt16LittleEndian(request.AsSpan(nameLength), tapWithoutInformation);
        if (Control(device, setInterface, request) != 0)
        {
            throw new InvalidOperationException($"no TAP device: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }

        Link link = new(device, Encoding.ASCII.GetString(request, 0, Array.IndexOf(request, (byte)0)));
        lock (_links)
        {
            _links.Add(link);
        }

        Begin(() => Receive(link));
        if (_threads.Count == 1)
        {
            Begin(Deliver);
        }

        return link;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ends = true;
        _threads.ForEach(thread => thread.Join());
        _links.ForEach(link => link.Handle.Dispose());
    }

    private void Begin(ThreadStart run)
    {
        Thread thread = new(run) { IsBackground = true, Name = "lossy network", Priority = ThreadPriority.AboveNormal };
        _threads.Add(thread);
        thread.Start();
    }

    private void Receive(Link link)
    {
        byte[] buffer = new byte[LongestFrame];
        while (!_ends)
        {
            if (!HasFrame(link.Handle))
            {
                continue;
            }

            int length = (int)Read(link.Handle, buffer, (nuint)buffer.Length);
            if (length < 2 * AddressLength)
            {
                // The host has ended, and its device with it; or the device is not up yet.
                Thread.Sleep(10);
                continue;
            }

            _known[AddressAt(buffer, AddressLength)] = link;
            bool forOne = _known.TryGetValue(AddressAt(buffer, 0), out Link? one);
            lock (_links)
            {
                foreach (Link to in forOne ? [one!] : _links.Where(other => other != link))
                {
                    Send(link, to, buffer.AsSpan(0, length));
                }
            }
        }
    }

    private void Send(Link from, Link to, ReadOnlySpan<byte> frame)
    {
        if (from.IsCut || to.IsCut || Random.Shared.NextDouble() < loss)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        TimeSpan takes = delay + (jitter * ((2 * Random.Shared.NextDouble()) - 1));
        byte[] copy = frame.ToArray();
        lock (_underWay)
        {
            _underWay.Enqueue((to, copy), Stopwatch.GetTimestamp() + (long)(takes.TotalSeconds * Stopwatch.Frequency));
        }
    }

    private void Deliver()
    {
        while (!_ends)
        {
            (Link To, byte[] Frame)? due = null;
            lock (_underWay)
            {
                if (_underWay.TryPeek(out _, out long at) && at <= Stopwatch.GetTimestamp())
                {
                    due = _underWay.Dequeue();
                }
            }

            if (due is not var (to, frame))
            {
                Thread.Sleep(1);
            }
            else if (to.IsCut || Write(to.Handle, frame, (nuint)frame.Length) < 0)
            {
                Interlocked.Increment(ref _lost);
            }
            else
            {
                Interlocked.Increment(ref _carried);
            }
        }
    }

    private static ulong AddressAt(byte[] frame, int offset) => BinaryPrimitives.ReadUInt64BigEndian(frame.AsSpan(offset)) >> 16;

    // poll(2): POLLIN, a tenth of a second at most, so that the end is seen.
    private static bool HasFrame(SafeFileHandle handle)
    {
        Poll poll = new() { Descriptor = (int)handle.DangerousGetHandle(), Wanted = 1 };
        return Wait(ref poll, 1, 100) > 0;
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle device, nuint request, byte[] argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Wait(ref Poll poll, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, byte[] buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, byte[] buffer, nuint length);

    /// <summary>A link of the switch.</summary>
    internal sealed class Link(SafeFileHandle handle, string device)
    {
        private volatile bool _isCut;

        /// <summary>The end that is here.</summary>
        public SafeFileHandle Handle => handle;

        /// <summary>Name of the device that a host is to have.</summary>
        public string Device => device;

        /// <summary>Whether nothing comes through, in either direction.</summary>
        public bool IsCut
        {
            get => _isCut;
            set => _isCut = value;
        }
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Poll
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }
}
