using SealerRecover.Recovery.Events;

namespace SealerRecover.Rendering;

/// <summary>
/// Shows a command's course: as text, on a terminal or as JSON. One command makes one view, tells it what happens and ends with
/// <see cref="Reported"/>. Members other than <see cref="IRecoveryObserver.On"/> are called from one thread.
/// </summary>
internal interface IView : IRecoveryObserver
{
    /// <summary>The command found out what it was asked for, or a part of it.</summary>
    void Answered(IAnswer answer);

    /// <summary>Does <paramref name="work"/> while progress is on display.</summary>
    T Live<T>(Func<T> work);

    /// <summary>A line of the log; from any thread.</summary>
    void Diagnostic(string line);

    /// <summary>The command's end; nothing follows.</summary>
    void Reported(Report report);
}
