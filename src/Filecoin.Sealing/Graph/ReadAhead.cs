using Filecoin.Primitives;
using Filecoin.Sealing.Memory;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Graph;

/// <summary>Checks bytes just read, on the thread that read them.</summary>
internal delegate void WindowCheck(ReadOnlySpan<byte> window);

/// <summary>
/// Part of a file in order, window by window: while the caller works on one window, the next is being read in the background. Memory is
/// two windows outside the managed heap. For one caller; any number of these may read one handle.
/// </summary>
internal sealed class ReadAhead : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private readonly long _end;
    private readonly WindowCheck? _check;
    private readonly NativeBuffer[] _windows;
    private long _position;
    private int _reading;
    private Task<int> _pending;

    /// <param name="handle">The file; stays the caller's.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="start">First byte to read.</param>
    /// <param name="end">Byte after the last.</param>
    /// <param name="windowBytes">Bytes in a window.</param>
    /// <param name="check">Looks at every window before it is handed out; may be null.</param>
    public ReadAhead(SafeFileHandle handle, string path, long start, long end, int windowBytes, WindowCheck? check = null)
    {
        _handle = handle;
        _path = path;
        _position = start;
        _end = end;
        _check = check;
        int bytes = (int)Math.Clamp(end - start, 1, windowBytes);
        _windows = [new NativeBuffer(bytes), new NativeBuffer(bytes)];
        _pending = Task.Run(ReadWindow);
    }

    /// <summary>The next window, shorter at the end and empty after it; valid until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        int count = _pending.GetAwaiter().GetResult();
        NativeBuffer window = _windows[_reading];
        _position += count;
        _reading ^= 1;
        _pending = Task.Run(ReadWindow);
        return window.Span[..count];
    }

    /// <summary>Waits for the read that is under way; its outcome no longer matters.</summary>
    public void Dispose()
    {
        ((IAsyncResult)_pending).AsyncWaitHandle.WaitOne();
        _ = _pending.Exception;
        _windows[0].Dispose();
        _windows[1].Dispose();
    }

    private int ReadWindow()
    {
        Span<byte> window = _windows[_reading].Span;
        window = window[..(int)Math.Min(window.Length, _end - _position)];
        for (int done = 0; done < window.Length;)
        {
            int read = Read(window[done..], _position + done);
            if (read == 0)
            {
                throw new OperatorException(
                    FailureKind.Storage,
                    $"{_path} became shorter while it was being read",
                    "Something else changes this file; make sure that only one program maintains this folder and run again.");
            }

            done += read;
        }

        _check?.Invoke(window);
        return window.Length;
    }

    private int Read(Span<byte> destination, long position)
    {
        try
        {
            return RandomAccess.Read(_handle, destination, position);
        }
        catch (IOException failure)
        {
            throw new OperatorException(
                FailureKind.Storage,
                $"reading {_path} at byte {position} failed: {failure.Message}",
                "Look for disk errors in the system's log; once the disk is well, run again.",
                failure);
        }
    }
}
