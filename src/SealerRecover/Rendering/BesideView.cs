using SealerRecover.Recovery.Events;

namespace SealerRecover.Rendering;

/// <summary>Another view, beside which something else is done with what it is told. What is not overridden goes to that view alone.</summary>
/// <param name="inner">The other view.</param>
internal abstract class BesideView(IView inner) : IView
{
    /// <inheritdoc/>
    public virtual void Answered(IAnswer answer) => inner.Answered(answer);

    /// <inheritdoc/>
    public virtual T Live<T>(Func<T> work) => inner.Live(work);

    /// <inheritdoc/>
    public virtual void Diagnostic(string line) => inner.Diagnostic(line);

    /// <inheritdoc/>
    public virtual void On(RecoveryEvent happened) => inner.On(happened);

    /// <inheritdoc/>
    public virtual void Reported(Report report) => inner.Reported(report);
}
