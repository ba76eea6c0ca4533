using Filecoin.Primitives;

namespace SealerRecover.Fleet.Work;

/// <summary>
/// Tells the list at intervals that a worker is there, on a thread of its own, which gets its turn also where every core is busy. While the database
/// does not answer, or refuses, the work goes on: what is not heard in time is another's, which the fence says.
/// </summary>
internal sealed class LifeSigns : IDisposable
{
    private readonly ManualResetEventSlim _ended = new();
    private readonly Thread _thread;

    /// <summary>Begins.</summary>
    /// <param name="tell">Tells.</param>
    /// <param name="every">The interval.</param>
    /// <param name="silent">Told, once each time, that the database does not answer.</param>
    public LifeSigns(Action tell, TimeSpan every, Action<OperatorException> silent)
    {
        _thread = new Thread(() => Run(tell, every, silent)) { IsBackground = true, Name = "life signs", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Ends, within one statement.</summary>
    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        _ended.Dispose();
    }

    private void Run(Action tell, TimeSpan every, Action<OperatorException> silent)
    {
        bool said = false;
        while (!_ended.Wait(every))
        {
            try
            {
                tell();
                said = false;
            }
            catch (OperatorException failure)
            {
                if (!said)
                {
                    silent(failure);
                }

                said = true;
            }
        }
    }
}
