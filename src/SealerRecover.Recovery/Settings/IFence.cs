using Filecoin.Primitives;

namespace SealerRecover.Recovery.Settings;

/// <summary>
/// Says whether a sector is still this run's to finish, where several machines work on one list. Asked right before what others could not
/// undo: before each rename that installs something or moves something aside, and before layers and what else was made on the way are removed.
/// </summary>
public interface IFence
{
    /// <summary>
    /// Returns where the sector is still this run's, and nobody else will be given it for a while: an answer that was long on its way, or that this
    /// process slept on, is not believed. What is done has to be done at once: nothing can refuse who falls asleep right behind this and wakes
    /// when the while is over.
    /// </summary>
    /// <param name="sector">The sector.</param>
    /// <param name="cancellation">Ends waiting for whoever knows.</param>
    /// <exception cref="OperatorException">Busy: it is another's by now. The sector ends so, and its files stay as they are.</exception>
    void Ask(SectorId sector, CancellationToken cancellation);
}
