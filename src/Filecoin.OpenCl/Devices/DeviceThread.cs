namespace Filecoin.OpenCl.Devices;

/// <summary>
/// A thread that makes calls to a device one after the other, so that nobody else hangs when a driver does. A call that does not return in
/// time is given up with its thread: neither can be stopped, and the memory it works on must stay.
/// </summary>
internal sealed class DeviceThread : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _asked = new(0);
    private Call? _next;
    private bool _closed;

    /// <summary>Starts it.</summary>
    /// <param name="name">What the thread is called.</param>
    public DeviceThread(string name) => new Thread(Work) { IsBackground = true, Name = name }.Start();

    /// <summary>Makes one call on a thread of its own.</summary>
    /// <param name="device">Who is called.</param>
    /// <param name="what">What was asked for, as the end of "did not …".</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="call">The call.</param>
    /// <exception cref="DeviceException">It took longer; or the call threw it.</exception>
    public static void RunOnce(DeviceDescription device, string what, TimeSpan timeout, Action call)
    {
        using DeviceThread thread = new($"{device.Name}: {what}");
        thread.Begin(call).Wait(device, what, timeout);
    }

    /// <summary>Begins a call; the one before has ended.</summary>
    public Call Begin(Action action)
    {
        Call call = new(action);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _next = call;
        }

        _asked.Release();
        return call;
    }

    /// <summary>Lets the thread end, when its call has.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
        }

        _asked.Release();
    }

    private void Work()
    {
        while (true)
        {
            _asked.Wait();
            Call? call;
            lock (_gate)
            {
                (call, _next) = (_next, null);
            }

            if (call is null)
            {
                _asked.Dispose();
                return;
            }

            call.Make();
        }
    }

    /// <summary>A call under way.</summary>
    public sealed class Call
    {
        private readonly Action _action;
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Exception? _failure;

        internal Call(Action action) => _action = action;

        /// <summary>Waits for its end.</summary>
        /// <param name="device">Who was called.</param>
        /// <param name="what">What was asked for, as the end of "did not …".</param>
        /// <param name="timeout">How long from now.</param>
        /// <exception cref="DeviceException">It did not end in time, or ended with a failure.</exception>
        public void Wait(DeviceDescription device, string what, TimeSpan timeout)
        {
            if (!_ended.Task.Wait(timeout))
            {
                throw new DeviceException(DeviceFault.Hung, device, $"did not {what} within {timeout.TotalSeconds:0.#} s");
            }

            if (_failure is not null)
            {
                throw _failure as DeviceException is { } known
                    ? new DeviceException(known.Fault, known.Device, known.Detail, known)
                    : new DeviceException(DeviceFault.Lost, device, $"could not {what}: {_failure.Message}", _failure);
            }
        }

        internal void Make()
        {
            try
            {
                _action();
            }
#pragma warning disable CA1031 // Whatever the call threw is thrown again where it is waited for.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _failure = failure;
            }

            _ended.SetResult();
        }
    }
}
