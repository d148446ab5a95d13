<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
    <context>
        <name>AccountDialog</name>
        <message>
            <source>Asking the server…</source>
            <translation>Preguntando al servidor…</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Cerrar</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Detener</translation>
        </message>
        <message>
            <source>Stopped.</source>
            <translation>Detenido.</translation>
        </message>
        <message>
            <source>The connection is not encrypted: others in the network can read the password.</source>
            <translation>La conexión no está cifrada: otros en la red pueden leer la contraseña.</translation>
        </message>
        <message>
            <source>User name</source>
            <translation>Nombre de usuario</translation>
        </message>
        <message>
            <source>You were signed out at the server. Sign in again.</source>
            <translation>Se cerró su sesión en el servidor. Inicie sesión de nuevo.</translation>
        </message>
    </context>
    <context>
        <name>AdjustForm</name>
        <message>
            <source>Nothing would change: type another quantity than 0.</source>
            <translation>No cambiaría nada: escriba una cantidad distinta de 0.</translation>
        </message>
        <message>
            <source>On hand after this: {quantity}</source>
            <translation>Existencias después: {quantity}</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>Cantidad</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>Receive or adjust</source>
            <translation>Recibir o ajustar</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Guardar</translation>
        </message>
        <message>
            <source>Type it without a minus: the reason says which way it goes.</source>
            <translation>Escríbalo sin el signo menos: el motivo dice si suma o resta.</translation>
        </message>
    </context>
    <context>
        <name>ApprovalDialog</name>
        <message>
            <source>A manager has to approve</source>
            <translation>Tiene que aprobarlo un encargado</translation>
        </message>
        <message>
            <source>Approve</source>
            <translation>Aprobar</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Cancelar</translation>
        </message>
        <message>
            <source>Manager</source>
            <translation>Encargado</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>PIN</translation>
        </message>
        <message>
            <source>Type your PIN first.</source>
            <translation>Escriba primero su PIN.</translation>
        </message>
    </context>
    <context>
        <name>ApprovalPrompt</name>
        <message>
            <source>No manager is known at this till. Nothing was changed.</source>
            <translation>Esta caja no conoce a ningún encargado. No se ha cambiado nada.</translation>
        </message>
        <message>
            <source>Not approved. Nothing was changed.</source>
            <translation>No aprobado. No se ha cambiado nada.</translation>
        </message>
    </context>
    <context>
        <name>BatchDialog</name>
        <message numerus="yes">
            <source>Apply the suggestion to all %n similar</source>
            <translation>
                <numerusform>Aplicar la propuesta al %n parecido</numerusform>
                <numerusform>Aplicar la propuesta a los %n parecidos</numerusform>
            </translation>
        </message>
        <message>
            <source>Apply the suggestion to all of them</source>
            <translation>Aplicar la propuesta a todos</translation>
        </message>
        <message>
            <source>Conflicts and what is suggested</source>
            <translation>Conflictos y lo que se propone</translation>
        </message>
        <message>
            <source>Each can be opened again later. What changes meanwhile is left alone.</source>
            <translation>Cada uno se puede reabrir más tarde. Lo que cambie entretanto no se toca.</translation>
        </message>
        <message>
            <source>Not now</source>
            <translation>Ahora no</translation>
        </message>
        <message>
            <source>What each of them would become</source>
            <translation>En qué quedaría cada uno</translation>
        </message>
    </context>
    <context>
        <name>CartDelegate</name>
        <message>
            <source>Quantity</source>
            <translation>Cantidad</translation>
        </message>
    </context>
    <context>
        <name>CartModel</name>
        <message>
            <source>Amount</source>
            <translation>Importe</translation>
        </message>
        <message>
            <source>Item</source>
            <translation>Artículo</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>Cantidad</translation>
        </message>
        <message>
            <source>Remove {item}</source>
            <translation>Quitar {item}</translation>
        </message>
        <message>
            <source>discount {amount}</source>
            <translation>descuento {amount}</translation>
        </message>
        <message>
            <source>instead of {price}</source>
            <translation>en vez de {price}</translation>
        </message>
    </context>
    <context>
        <name>CartTable</name>
        <message>
            <source>Cart</source>
            <translation>Cesta</translation>
        </message>
        <message>
            <source>Scan an item, or press {key} to find one by name.</source>
            <translation>Escanee un artículo o pulse {key} para buscarlo por su nombre.</translation>
        </message>
    </context>
    <context>
        <name>CartView</name>
        <message numerus="yes">
            <source>%n item(s)</source>
            <translation>
                <numerusform>%n artículo</numerusform>
                <numerusform>%n artículos</numerusform>
            </translation>
        </message>
        <message>
            <source>Discount</source>
            <translation>Descuento</translation>
        </message>
        <message>
            <source>Give back</source>
            <translation>Devolver</translation>
        </message>
        <message>
            <source>Hold</source>
            <translation>Esperar</translation>
        </message>
        <message>
            <source>More</source>
            <translation>Más</translation>
        </message>
        <message>
            <source>Pay</source>
            <translation>Cobrar</translation>
        </message>
        <message>
            <source>Recall</source>
            <translation>Recuperar</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>Devolución</translation>
        </message>
        <message>
            <source>Tax added {amount}</source>
            <translation>Impuesto añadido {amount}</translation>
        </message>
        <message>
            <source>Tax included {amount}</source>
            <translation>Impuesto incluido {amount}</translation>
        </message>
        <message>
            <source>discount {amount}</source>
            <translation>descuento {amount}</translation>
        </message>
    </context>
    <context>
        <name>ChangePanel</name>
        <message>
            <source>10% or 2.50</source>
            <translation>10% o 2,50</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>Aplicar</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Damaged packaging</source>
            <translation>Envase dañado</translation>
        </message>
        <message>
            <source>Discount or price</source>
            <translation>Descuento o precio</translation>
        </message>
        <message>
            <source>Empty takes no discount.</source>
            <translation>Vacío: sin descuento.</translation>
        </message>
        <message>
            <source>Last one</source>
            <translation>El último que queda</translation>
        </message>
        <message>
            <source>Line</source>
            <translation>Línea</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>Precio</translation>
        </message>
        <message>
            <source>Price on the shelf was lower</source>
            <translation>El precio en el estante era menor</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>Regular customer</source>
            <translation>Cliente habitual</translation>
        </message>
        <message>
            <source>Sale</source>
            <translation>Venta</translation>
        </message>
        <message>
            <source>Staff discount</source>
            <translation>Descuento de personal</translation>
        </message>
        <message>
            <source>The catalogue asks {price}.</source>
            <translation>El catálogo pide {price}.</translation>
        </message>
        <message>
            <source>The whole sale</source>
            <translation>Toda la venta</translation>
        </message>
    </context>
    <context>
        <name>ComparisonView</name>
        <message>
            <source>After the count</source>
            <translation>Después del recuento</translation>
        </message>
        <message>
            <source>Article number</source>
            <translation>Referencia</translation>
        </message>
        <message>
            <source>At the server meanwhile</source>
            <translation>Entretanto en el servidor</translation>
        </message>
        <message>
            <source>Barcode</source>
            <translation>Código de barras</translation>
        </message>
        <message>
            <source>Before</source>
            <translation>Antes</translation>
        </message>
        <message>
            <source>Before the count</source>
            <translation>Antes del recuento</translation>
        </message>
        <message>
            <source>Field</source>
            <translation>Campo</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Nombre</translation>
        </message>
        <message>
            <source>Named tax rate</source>
            <translation>Tipo de impuesto con nombre</translation>
        </message>
        <message>
            <source>On hand</source>
            <translation>Existencias</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>Precio</translation>
        </message>
        <message>
            <source>Product</source>
            <translation>Producto</translation>
        </message>
        <message>
            <source>Result</source>
            <translation>Resultado</translation>
        </message>
        <message>
            <source>Result: {field}</source>
            <translation>Resultado: {field}</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>Servidor</translation>
        </message>
        <message>
            <source>Sold by</source>
            <translation>Se vende por</translation>
        </message>
        <message>
            <source>Tax rate</source>
            <translation>Tipo de impuesto</translation>
        </message>
        <message>
            <source>The other till</source>
            <translation>La otra caja</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>Esta caja</translation>
        </message>
        <message>
            <source>This till’s clock is {minutes} min fast: its times here may be off by as much.</source>
            <translation>El reloj de esta caja va {minutes} min adelantado: sus horas pueden fallar otro tanto.</translation>
        </message>
        <message>
            <source>This till’s clock is {minutes} min slow: its times here may be off by as much.</source>
            <translation>El reloj de esta caja va {minutes} min atrasado: sus horas pueden fallar otro tanto.</translation>
        </message>
        <message>
            <source>Which change of “{product}” is right?</source>
            <translation>¿Qué cambio de «{product}» es el correcto?</translation>
        </message>
        <message>
            <source>Which figure is right for “{product}”?</source>
            <translation>¿Qué cifra es la correcta para «{product}»?</translation>
        </message>
        <message>
            <source>Which “{setting}” is right for the shop?</source>
            <translation>¿Qué «{setting}» es correcto para la tienda?</translation>
        </message>
        <message>
            <source>Why this is suggested</source>
            <translation>Por qué se propone esto</translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>y %n más</numerusform>
                <numerusform>y %n más</numerusform>
            </translation>
        </message>
        <message>
            <source>as at the server</source>
            <translation>como en el servidor</translation>
        </message>
        <message>
            <source>as on {place}</source>
            <translation>como en {place}</translation>
        </message>
        <message>
            <source>deleted</source>
            <translation>eliminado</translation>
        </message>
        <message>
            <source>from both sides</source>
            <translation>de ambos lados</translation>
        </message>
        <message>
            <source>kept</source>
            <translation>conservado</translation>
        </message>
        <message>
            <source>none</source>
            <translation>ninguno</translation>
        </message>
        <message>
            <source>not known</source>
            <translation>desconocido</translation>
        </message>
        <message>
            <source>suggested, {origin}</source>
            <translation>propuesto, {origin}</translation>
        </message>
        <message>
            <source>the other till</source>
            <translation>la otra caja</translation>
        </message>
        <message>
            <source>this till</source>
            <translation>esta caja</translation>
        </message>
        <message>
            <source>typed by you</source>
            <translation>escrito por usted</translation>
        </message>
        <message>
            <source>you</source>
            <translation>usted</translation>
        </message>
        <message>
            <source>“{product}” was made at two tills. Is it one article?</source>
            <translation>“{product}” se creó en dos cajas. ¿Es un solo artículo?</translation>
        </message>
    </context>
    <context>
        <name>ConflictDialog</name>
        <message>
            <source>Decide later</source>
            <translation>Decidir más tarde</translation>
        </message>
        <message>
            <source>Decided</source>
            <translation>Decidido</translation>
        </message>
        <message>
            <source>Leave deleted</source>
            <translation>Dejarlo eliminado</translation>
        </message>
        <message>
            <source>Left deleted</source>
            <translation>Se deja eliminado</translation>
        </message>
        <message>
            <source>One article, with the values from {place}</source>
            <translation>Un solo artículo, con los valores de {place}</translation>
        </message>
        <message>
            <source>Restore</source>
            <translation>Restaurar</translation>
        </message>
        <message>
            <source>Restored</source>
            <translation>Restaurado</translation>
        </message>
        <message>
            <source>Stock set to {quantity}</source>
            <translation>Existencias fijadas en {quantity}</translation>
        </message>
        <message>
            <source>Two articles: give this one another number</source>
            <translation>Dos artículos: dar otro número a este</translation>
        </message>
        <message>
            <source>Two sides disagree</source>
            <translation>Los dos lados no coinciden</translation>
        </message>
        <message>
            <source>Type its own number into the Result row first.</source>
            <translation>Escriba primero su propio número en la fila Resultado.</translation>
        </message>
        <message>
            <source>Use the result as typed</source>
            <translation>Usar el resultado escrito</translation>
        </message>
        <message>
            <source>Use the server’s values</source>
            <translation>Usar los valores del servidor</translation>
        </message>
        <message>
            <source>Use the values from {place}</source>
            <translation>Usar los valores de {place}</translation>
        </message>
        <message>
            <source>Use {quantity} (as typed)</source>
            <translation>Usar {quantity} (lo escrito)</translation>
        </message>
        <message>
            <source>Use {quantity} from the server</source>
            <translation>Usar {quantity} del servidor</translation>
        </message>
        <message>
            <source>Use {quantity} from {place}</source>
            <translation>Usar {quantity} de {place}</translation>
        </message>
        <message>
            <source>the server</source>
            <translation>el servidor</translation>
        </message>
        <message>
            <source>{key}. Nothing is changed until somebody decides.</source>
            <translation>{key}. No cambia nada hasta que alguien decida.</translation>
        </message>
    </context>
    <context>
        <name>ConflictInbox</name>
        <message numerus="yes">
            <source>%n conflict(s) decided as suggested.</source>
            <translation>
                <numerusform>%n conflicto decidido según la propuesta.</numerusform>
                <numerusform>%n conflictos decididos según la propuesta.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n had changed meanwhile and (waits|wait) for you.</source>
            <translation>
                <numerusform>%n cambió entretanto y le espera.</numerusform>
                <numerusform>%n cambiaron entretanto y le esperan.</numerusform>
            </translation>
        </message>
        <message>
            <source>All similar…</source>
            <translation>Todos los parecidos…</translation>
        </message>
        <message>
            <source>Conflicts</source>
            <translation>Conflictos</translation>
        </message>
        <message>
            <source>Decided</source>
            <translation>Decidido</translation>
        </message>
        <message>
            <source>Decide…</source>
            <translation>Decidir…</translation>
        </message>
        <message>
            <source>It is being opened again. It comes back here once the server has heard of it.</source>
            <translation>Se está reabriendo. Vuelve aquí cuando el servidor lo sepa.</translation>
        </message>
        <message>
            <source>No other conflict is similar to this one.</source>
            <translation>Ningún otro conflicto se parece a este.</translation>
        </message>
        <message>
            <source>Nothing has to be decided.</source>
            <translation>No hay nada que decidir.</translation>
        </message>
        <message>
            <source>Open again</source>
            <translation>Reabrir</translation>
        </message>
        <message>
            <source>Selling goes on meanwhile; nothing is changed until somebody decides.</source>
            <translation>Mientras tanto se sigue vendiendo; nada cambia hasta que alguien decida.</translation>
        </message>
        <message>
            <source>Taken back. It waits for a decision again.</source>
            <translation>Retirado. Vuelve a esperar una decisión.</translation>
        </message>
        <message>
            <source>This is decided, and goes to the server by itself.</source>
            <translation>Está decidido y va solo al servidor.</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Deshacer</translation>
        </message>
        <message>
            <source>What was decided can be opened again from here.</source>
            <translation>Lo decidido se puede reabrir desde aquí.</translation>
        </message>
    </context>
    <context>
        <name>ConflictModel</name>
        <message numerus="yes">
            <source>%n day(s)</source>
            <translation>
                <numerusform>%n día</numerusform>
                <numerusform>%n días</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n hour(s)</source>
            <translation>
                <numerusform>%n hora</numerusform>
                <numerusform>%n horas</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n min</source>
            <translation>
                <numerusform>%n min</numerusform>
                <numerusform>%n min</numerusform>
            </translation>
        </message>
        <message>
            <source>Another till</source>
            <translation>Otra caja</translation>
        </message>
        <message>
            <source>Decided, not sent yet</source>
            <translation>Decidido, aún sin enviar</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>Abierto</translation>
        </message>
        <message>
            <source>State</source>
            <translation>Estado</translation>
        </message>
        <message>
            <source>Stock of {product}</source>
            <translation>Existencias de {product}</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>Esta caja</translation>
        </message>
        <message>
            <source>To be decided</source>
            <translation>Por decidir</translation>
        </message>
        <message>
            <source>What</source>
            <translation>Qué</translation>
        </message>
        <message>
            <source>Where it comes from</source>
            <translation>De dónde viene</translation>
        </message>
        <message>
            <source>just now</source>
            <translation>ahora mismo</translation>
        </message>
    </context>
    <context>
        <name>CountForm</name>
        <message>
            <source>A shelf cannot hold less than nothing.</source>
            <translation>En un estante no puede haber menos que nada.</translation>
        </message>
        <message>
            <source>As expected.</source>
            <translation>Tal como se esperaba.</translation>
        </message>
        <message>
            <source>Count</source>
            <translation>Contar</translation>
        </message>
        <message>
            <source>On the shelf</source>
            <translation>En el estante</translation>
        </message>
        <message>
            <source>Save the count</source>
            <translation>Guardar el recuento</translation>
        </message>
        <message>
            <source>{difference} against what was expected ({expected}).</source>
            <translation>{difference} respecto a lo esperado ({expected}).</translation>
        </message>
    </context>
    <context>
        <name>CountPanel</name>
        <message numerus="yes">
            <source>%n different from the figure here</source>
            <translation>
                <numerusform>%n distinto de la cifra de aquí</numerusform>
                <numerusform>%n distintos de la cifra de aquí</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n figure(s) changed.</source>
            <translation>
                <numerusform>Ha cambiado %n cifra.</numerusform>
                <numerusform>Han cambiado %n cifras.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n figure(s) will change.</source>
            <translation>
                <numerusform>Cambiará %n cifra.</numerusform>
                <numerusform>Cambiarán %n cifras.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s)</source>
            <translation>
                <numerusform>%n producto</numerusform>
                <numerusform>%n productos</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) counted</source>
            <translation>
                <numerusform>%n producto contado</numerusform>
                <numerusform>%n productos contados</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) counted.</source>
            <translation>
                <numerusform>%n producto contado.</numerusform>
                <numerusform>%n productos contados.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) with stock were not counted; they stay as they are.</source>
            <translation>
                <numerusform>%n producto con existencias no se ha contado; queda como está.</numerusform>
                <numerusform>%n productos con existencias no se han contado; quedan como están.</numerusform>
            </translation>
        </message>
        <message>
            <source>A shelf</source>
            <translation>Un estante</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Begin to count</source>
            <translation>Empezar a contar</translation>
        </message>
        <message>
            <source>Count by scanning</source>
            <translation>Contar escaneando</translation>
        </message>
        <message>
            <source>Counted</source>
            <translation>Contado</translation>
        </message>
        <message numerus="yes">
            <source>Counted: %n product(s).</source>
            <translation>
                <numerusform>Contado: %n producto.</numerusform>
                <numerusform>Contados: %n productos.</numerusform>
            </translation>
        </message>
        <message>
            <source>Counts that rest</source>
            <translation>Recuentos en pausa</translation>
        </message>
        <message>
            <source>Everything</source>
            <translation>Todo</translation>
        </message>
        <message>
            <source>Finish the count</source>
            <translation>Terminar el recuento</translation>
        </message>
        <message>
            <source>Finish…</source>
            <translation>Terminar…</translation>
        </message>
        <message>
            <source>Forget this count</source>
            <translation>Olvidar este recuento</translation>
        </message>
        <message>
            <source>Go on with</source>
            <translation>Continuar con</translation>
        </message>
        <message>
            <source>It was not said which product has the code {code}. It was not counted.</source>
            <translation>No se ha dicho qué producto tiene el código {code}. No se ha contado.</translation>
        </message>
        <message>
            <source>Name of the count, like Shelf 3</source>
            <translation>Nombre del recuento, como Estante 3</translation>
        </message>
        <message>
            <source>No count is under way.</source>
            <translation>No hay ningún recuento en curso.</translation>
        </message>
        <message>
            <source>No product has the code {code}. It was not counted.</source>
            <translation>Ningún producto tiene el código {code}. No se ha contado.</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Pausa</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>Cantidad</translation>
        </message>
        <message>
            <source>Scan what lies here.</source>
            <translation>Escanee lo que hay aquí.</translation>
        </message>
        <message>
            <source>Set</source>
            <translation>Fijar</translation>
        </message>
        <message>
            <source>Set the figures</source>
            <translation>Fijar las cifras</translation>
        </message>
        <message>
            <source>Shelf</source>
            <translation>Estante</translation>
        </message>
        <message>
            <source>Take out</source>
            <translation>Sacar</translation>
        </message>
        <message>
            <source>These codes were not counted: {code}.</source>
            <translation>Estos códigos no se han contado: {code}.</translation>
        </message>
        <message>
            <source>What is sold until then is taken into account.</source>
            <translation>Se tiene en cuenta lo que se venda hasta entonces.</translation>
        </message>
        <message>
            <source>Whole shop</source>
            <translation>Toda la tienda</translation>
        </message>
        <message>
            <source>expected {quantity}</source>
            <translation>se esperaban {quantity}</translation>
        </message>
    </context>
    <context>
        <name>DecidedModel</name>
        <message>
            <source>As</source>
            <translation>Cómo</translation>
        </message>
        <message>
            <source>Decided by</source>
            <translation>Decidido por</translation>
        </message>
        <message>
            <source>What</source>
            <translation>Qué</translation>
        </message>
        <message>
            <source>both together</source>
            <translation>ambos juntos</translation>
        </message>
        <message>
            <source>the server’s side</source>
            <translation>el lado del servidor</translation>
        </message>
        <message>
            <source>the till’s side</source>
            <translation>el lado de la caja</translation>
        </message>
    </context>
    <context>
        <name>DiagnosticsView</name>
        <message numerus="yes">
            <source>%n entry(ies)</source>
            <translation>
                <numerusform>%n apunte</numerusform>
                <numerusform>%n apuntes</numerusform>
            </translation>
        </message>
        <message>
            <source>Answer time, ms</source>
            <translation>Tiempo de respuesta, ms</translation>
        </message>
        <message>
            <source>Conflicts that came up</source>
            <translation>Conflictos surgidos</translation>
        </message>
        <message>
            <source>Entries sent a minute</source>
            <translation>Apuntes enviados por minuto</translation>
        </message>
        <message>
            <source>Live events</source>
            <translation>Sucesos en directo</translation>
        </message>
        <message>
            <source>Nothing went wrong in what is kept.</source>
            <translation>En lo que se conserva no ha fallado nada.</translation>
        </message>
        <message>
            <source>Sent again, and failed deliveries</source>
            <translation>Reenvíos y envíos fallidos</translation>
        </message>
        <message>
            <source>Support bundle…</source>
            <translation>Paquete de soporte…</translation>
        </message>
        <message>
            <source>Troubles</source>
            <translation>Problemas</translation>
        </message>
        <message>
            <source>What happens from now on is listed here.</source>
            <translation>Lo que ocurra desde ahora aparece aquí.</translation>
        </message>
        <message>
            <source>no answer</source>
            <translation>sin respuesta</translation>
        </message>
        <message>
            <source>not taken</source>
            <translation>no aceptado</translation>
        </message>
    </context>
    <context>
        <name>DonePanel</name>
        <message>
            <source>Change to give</source>
            <translation>Cambio a dar</translation>
        </message>
        <message>
            <source>Next customer</source>
            <translation>Siguiente cliente</translation>
        </message>
        <message>
            <source>Paid</source>
            <translation>Pagado</translation>
        </message>
        <message>
            <source>Receipt</source>
            <translation>Ticket</translation>
        </message>
        <message>
            <source>Receipt…</source>
            <translation>Ticket…</translation>
        </message>
        <message>
            <source>Saved on this till.</source>
            <translation>Guardado en esta caja.</translation>
        </message>
        <message>
            <source>Scan the next item, or press any key.</source>
            <translation>Escanee el siguiente artículo o pulse cualquier tecla.</translation>
        </message>
        <message>
            <source>To give back</source>
            <translation>A devolver</translation>
        </message>
        <message>
            <source>Total</source>
            <translation>Total</translation>
        </message>
        <message>
            <source>{title}: {receipt}. {change_words}: {change}</source>
            <translation>{title}: {receipt}. {change_words}: {change}</translation>
        </message>
    </context>
    <context>
        <name>EditDialog</name>
        <message>
            <source>Article number</source>
            <translation>Referencia</translation>
        </message>
        <message>
            <source>Barcode</source>
            <translation>Código de barras</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Cancelar</translation>
        </message>
        <message>
            <source>Counted</source>
            <translation>Contado</translation>
        </message>
        <message>
            <source>Edit and send again</source>
            <translation>Modificar y enviar de nuevo</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Nombre</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>Nota</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>Precio</translation>
        </message>
        <message>
            <source>Quantity (− takes away)</source>
            <translation>Cantidad (− resta)</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>Send again</source>
            <translation>Enviar de nuevo</translation>
        </message>
        <message>
            <source>Sold by</source>
            <translation>Se vende por</translation>
        </message>
    </context>
    <context>
        <name>EndSecondFactorDialog</name>
        <message>
            <source>Do without the second factor</source>
            <translation>Prescindir del segundo factor</translation>
        </message>
        <message>
            <source>End it</source>
            <translation>Quitarlo</translation>
        </message>
        <message>
            <source>From then on your password alone signs in at the server. It takes a code once more.</source>
            <translation>Desde entonces basta su contraseña para entrar en el servidor. Hace falta un código una última vez.</translation>
        </message>
        <message>
            <source>The shop wants a second factor of this account: it can be replaced, and not be ended.</source>
            <translation>La tienda exige un segundo factor a esta cuenta: puede cambiarse, pero no quitarse.</translation>
        </message>
        <message>
            <source>Your password alone signs in again.</source>
            <translation>Vuelve a bastar su contraseña para entrar.</translation>
        </message>
    </context>
    <context>
        <name>EnrolPage</name>
        <message>
            <source>A demonstration shop is being set up on this computer…</source>
            <translation>Se está preparando una tienda de demostración en este ordenador…</translation>
        </message>
        <message>
            <source>A manager does this once. From then on this till sells with or without a connection.</source>
            <translation>Lo hace una vez un encargado. Desde entonces esta caja vende con conexión o sin ella.</translation>
        </message>
        <message>
            <source>A manager makes a code for this till, and you type it here within 15 minutes. A new server prints one for its first shop.</source>
            <translation>Un encargado crea un código para esta caja, y usted lo escribe aquí antes de 15 minutos. Un servidor nuevo imprime uno para su primera tienda.</translation>
        </message>
        <message>
            <source>Asking the server…</source>
            <translation>Preguntando al servidor…</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Volver</translation>
        </message>
        <message>
            <source>Code</source>
            <translation>Código</translation>
        </message>
        <message>
            <source>Code from the authenticator app</source>
            <translation>Código de la aplicación de autenticación</translation>
        </message>
        <message>
            <source>Currency</source>
            <translation>Moneda</translation>
        </message>
        <message>
            <source>Do without encryption: nobody else uses this network</source>
            <translation>Sin cifrado: nadie más usa esta red</translation>
        </message>
        <message>
            <source>Fetching products and stock</source>
            <translation>Descargando productos y existencias</translation>
        </message>
        <message>
            <source>Fetching products and stock: {done} of {total}.</source>
            <translation>Descargando productos y existencias: {done} de {total}.</translation>
        </message>
        <message>
            <source>Fetching products and stock…</source>
            <translation>Descargando productos y existencias…</translation>
        </message>
        <message>
            <source>Fill in “{field}” first.</source>
            <translation>Rellene primero «{field}».</translation>
        </message>
        <message>
            <source>Location</source>
            <translation>Local</translation>
        </message>
        <message>
            <source>Look the code up</source>
            <translation>Consultar el código</translation>
        </message>
        <message>
            <source>Make the shop and set up this till</source>
            <translation>Crear la tienda y configurar esta caja</translation>
        </message>
        <message>
            <source>Manager’s user name</source>
            <translation>Usuario del encargado</translation>
        </message>
        <message>
            <source>Name of the shop</source>
            <translation>Nombre de la tienda</translation>
        </message>
        <message>
            <source>Name of this till</source>
            <translation>Nombre de esta caja</translation>
        </message>
        <message>
            <source>Now the code that your authenticator app shows.</source>
            <translation>Ahora el código que muestra su aplicación de autenticación.</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>PIN</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>Contraseña</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>Servidor</translation>
        </message>
        <message>
            <source>Set up this till</source>
            <translation>Configurar esta caja</translation>
        </message>
        <message>
            <source>Shop</source>
            <translation>Tienda</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Detener</translation>
        </message>
        <message>
            <source>Stopped. This till is not set up yet.</source>
            <translation>Detenido. Esta caja aún no está configurada.</translation>
        </message>
        <message>
            <source>The PIN has {least} to {most} digits.</source>
            <translation>El PIN tiene de {least} a {most} cifras.</translation>
        </message>
        <message>
            <source>The password has at least {count} characters.</source>
            <translation>La contraseña tiene al menos {count} caracteres.</translation>
        </message>
        <message>
            <source>There is no such currency. It has three letters, like EUR.</source>
            <translation>No existe esa moneda. Tiene tres letras, como EUR.</translation>
        </message>
        <message>
            <source>There is no such time zone. Choose one of the list.</source>
            <translation>No existe esa zona horaria. Elija una de la lista.</translation>
        </message>
        <message>
            <source>This code is for something that this release does not know.</source>
            <translation>Este código es para algo que esta versión no conoce.</translation>
        </message>
        <message>
            <source>This server has no shop yet. Make the first one; this till is its first till, and you are its admin.</source>
            <translation>Este servidor aún no tiene tienda. Cree la primera; esta caja será su primera caja, y usted su administrador.</translation>
        </message>
        <message>
            <source>This till is ready.</source>
            <translation>Esta caja está lista.</translation>
        </message>
        <message>
            <source>This till is set up, but the connection is gone. Fetching goes on by itself once it is back; this window may be closed meanwhile.</source>
            <translation>Esta caja está configurada, pero se ha perdido la conexión. La descarga sigue sola en cuanto vuelva; mientras tanto puede cerrar esta ventana.</translation>
        </message>
        <message>
            <source>This till will belong to this shop. Is that right?</source>
            <translation>Esta caja será de esta tienda. ¿Es correcto?</translation>
        </message>
        <message>
            <source>Time zone</source>
            <translation>Zona horaria</translation>
        </message>
        <message>
            <source>Try it with a demonstration shop</source>
            <translation>Probar con una tienda de demostración</translation>
        </message>
        <message>
            <source>With a code</source>
            <translation>Con un código</translation>
        </message>
        <message>
            <source>With a manager’s password</source>
            <translation>Con la contraseña de un encargado</translation>
        </message>
        <message>
            <source>Yes, set up this till</source>
            <translation>Sí, configurar esta caja</translation>
        </message>
        <message>
            <source>Your user name</source>
            <translation>Su usuario</translation>
        </message>
        <message>
            <source>as the office calls it, like demo</source>
            <translation>como la llama la oficina, p. ej. demo</translation>
        </message>
        <message>
            <source>at least {count} characters</source>
            <translation>al menos {count} caracteres</translation>
        </message>
        <message>
            <source>like 8F3K-Q2ZN-7M4T</source>
            <translation>p. ej. 8F3K-Q2ZN-7M4T</translation>
        </message>
        <message>
            <source>like Europe/Berlin</source>
            <translation>p. ej. Europe/Madrid</translation>
        </message>
        <message>
            <source>like Till 2</source>
            <translation>p. ej. Caja 2</translation>
        </message>
        <message>
            <source>or a recovery code</source>
            <translation>o un código de recuperación</translation>
        </message>
        <message>
            <source>the branch that this till is in, like High Street</source>
            <translation>dónde está esta caja, p. ej. Calle Mayor</translation>
        </message>
        <message>
            <source>the branch that this till is in, like main</source>
            <translation>dónde está esta caja, p. ej. main</translation>
        </message>
        <message>
            <source>three letters, like EUR</source>
            <translation>tres letras, p. ej. EUR</translation>
        </message>
        <message>
            <source>you are the shop’s admin</source>
            <translation>usted es el administrador de la tienda</translation>
        </message>
        <message>
            <source>{least} to {most} digits, to sign in at the till</source>
            <translation>de {least} a {most} cifras, para entrar en la caja</translation>
        </message>
        <message>
            <source>{till} of {shop} is signed out here, but its server could not be told, so its credential still holds there. Evertill tells it as soon as it runs here and reaches the server. If that may take long, or this computer is given away, a manager ends the till at the server; whoever runs the server enters: {command}</source>
            <translation>{till} de {shop} se dio de baja aquí, pero no se pudo avisar a su servidor, así que allí su credencial sigue siendo válida. Evertill le avisa en cuanto se ejecute aquí y alcance el servidor. Si eso puede tardar, o si este equipo cambia de manos, un encargado da de baja la caja en el servidor; quien administra el servidor introduce: {command}</translation>
        </message>
    </context>
    <context>
        <name>EnrolWindow</name>
        <message>
            <source>Evertill: set up this till</source>
            <translation>Evertill: configurar esta caja</translation>
        </message>
    </context>
    <context>
        <name>EnrolmentCodeDialog</name>
        <message>
            <source>A code makes one new till a till of this shop. Sign in as who may enrol tills, a manager or an administrator. This till keeps nothing of the sign-in.</source>
            <translation>Un código hace de una caja nueva una caja de esta tienda. Inicie sesión como quien puede registrar cajas: un encargado o un administrador. Esta caja no guarda nada de la sesión.</translation>
        </message>
        <message>
            <source>At the new till, choose “With a code”, type the server’s address and a name for the till, and then type or scan this code. It works once.</source>
            <translation>En la caja nueva, elija «Con un código», escriba la dirección del servidor y un nombre para la caja, y luego escriba o escanee este código. Sirve una sola vez.</translation>
        </message>
        <message>
            <source>Enrol another till</source>
            <translation>Registrar otra caja</translation>
        </message>
        <message>
            <source>For one new till at {place}, of {shop}.</source>
            <translation>Para una caja nueva en {place}, de {shop}.</translation>
        </message>
        <message>
            <source>It holds for {minutes}:{seconds} more.</source>
            <translation>Vale aún {minutes}:{seconds}.</translation>
        </message>
        <message>
            <source>Make a new code</source>
            <translation>Crear un código nuevo</translation>
        </message>
        <message>
            <source>Make the code</source>
            <translation>Crear el código</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>Servidor</translation>
        </message>
        <message>
            <source>So many codes of this shop are open that no more are made. Use one, or wait.</source>
            <translation>Hay tantos códigos abiertos de esta tienda que no se crean más. Use uno, o espere.</translation>
        </message>
        <message>
            <source>The code, for a scanner</source>
            <translation>El código, para un lector</translation>
        </message>
        <message>
            <source>This account may not enrol tills at {place}. A manager of that place may.</source>
            <translation>Esta cuenta no puede registrar cajas en {place}. Un encargado de ese lugar sí puede.</translation>
        </message>
        <message>
            <source>This code is over. Make a new one.</source>
            <translation>Este código ha caducado. Cree uno nuevo.</translation>
        </message>
        <message>
            <source>Where the new till stands</source>
            <translation>Dónde está la caja nueva</translation>
        </message>
        <message>
            <source>no code</source>
            <translation>sin código</translation>
        </message>
    </context>
    <context>
        <name>EntryDialog</name>
        <message>
            <source>Attempts</source>
            <translation>Intentos</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Cerrar</translation>
        </message>
        <message>
            <source>Ended by {person}: {reason}</source>
            <translation>Terminado por {person}: {reason}</translation>
        </message>
        <message>
            <source>It was not tried yet.</source>
            <translation>Aún no se ha intentado.</translation>
        </message>
        <message>
            <source>Waiting behind it: {entries}</source>
            <translation>Esperan detrás: {entries}</translation>
        </message>
        <message>
            <source>Waits for: {entries}</source>
            <translation>Espera a: {entries}</translation>
        </message>
        <message>
            <source>What is sent</source>
            <translation>Lo que se envía</translation>
        </message>
        <message>
            <source>Will try again at {time}</source>
            <translation>Se intentará de nuevo a las {time}</translation>
        </message>
        <message>
            <source>later</source>
            <translation>más tarde</translation>
        </message>
        <message>
            <source>no answer</source>
            <translation>sin respuesta</translation>
        </message>
        <message>
            <source>no answer: the till ended meanwhile</source>
            <translation>sin respuesta: la caja se cerró entretanto</translation>
        </message>
        <message>
            <source>refused</source>
            <translation>rechazado</translation>
        </message>
        <message>
            <source>taken by the server</source>
            <translation>aceptado por el servidor</translation>
        </message>
        <message>
            <source>two sides disagree</source>
            <translation>los dos lados no coinciden</translation>
        </message>
        <message>
            <source>waits for an earlier decision</source>
            <translation>espera una decisión anterior</translation>
        </message>
        <message>
            <source>with the manager</source>
            <translation>con el encargado</translation>
        </message>
    </context>
    <context>
        <name>FindPanel</name>
        <message>
            <source>Last sales on this till</source>
            <translation>Últimas ventas de esta caja</translation>
        </message>
        <message>
            <source>Name, code or barcode</source>
            <translation>Nombre, referencia o código</translation>
        </message>
        <message>
            <source>No price yet</source>
            <translation>Aún sin precio</translation>
        </message>
        <message>
            <source>Nothing found. Try three letters or more of the name, or part of the code.</source>
            <translation>No se ha encontrado nada. Pruebe con tres letras o más del nombre, o con parte del código.</translation>
        </message>
        <message>
            <source>Products found</source>
            <translation>Productos encontrados</translation>
        </message>
        <message>
            <source>Sales made here will be listed here.</source>
            <translation>Aquí aparecerán las ventas hechas en esta caja.</translation>
        </message>
        <message>
            <source>a manager should look at it</source>
            <translation>un encargado debería revisarlo</translation>
        </message>
    </context>
    <context>
        <name>HeldPanel</name>
        <message numerus="yes">
            <source>%n item(s)</source>
            <translation>
                <numerusform>%n artículo</numerusform>
                <numerusform>%n artículos</numerusform>
            </translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Held sales</source>
            <translation>Ventas en espera</translation>
        </message>
        <message>
            <source>No sale is held at this till.</source>
            <translation>No hay ninguna venta en espera en esta caja.</translation>
        </message>
    </context>
    <context>
        <name>MadeTwiceDialog</name>
        <message>
            <source>Articles that are there twice</source>
            <translation>Artículos repetidos</translation>
        </message>
        <message>
            <source>Choose a line first.</source>
            <translation>Elija primero una línea.</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Cerrar</translation>
        </message>
        <message>
            <source>Its own article number</source>
            <translation>Su propio número de artículo</translation>
        </message>
        <message>
            <source>Its own barcode</source>
            <translation>Su propio código de barras</translation>
        </message>
        <message>
            <source>Joined: “{alias}” counts on “{product}” now</source>
            <translation>Unidos: “{alias}” cuenta ahora en “{product}”</translation>
        </message>
        <message>
            <source>No two products have the same number.</source>
            <translation>No hay dos productos con el mismo número.</translation>
        </message>
        <message>
            <source>Nothing was joined yet.</source>
            <translation>Todavía no se ha unido nada.</translation>
        </message>
        <message>
            <source>These count on another product. They can be made two articles again.</source>
            <translation>Estos cuentan en otro producto. Pueden volver a ser dos artículos.</translation>
        </message>
        <message>
            <source>These products have the same number. Nothing is joined by itself.</source>
            <translation>Estos productos tienen el mismo número. Nada se une por sí solo.</translation>
        </message>
        <message>
            <source>They are one article</source>
            <translation>Son un solo artículo</translation>
        </message>
        <message>
            <source>They are two articles</source>
            <translation>Son dos artículos</translation>
        </message>
        <message>
            <source>“{alias}” is an article of its own again</source>
            <translation>“{alias}” vuelve a ser un artículo propio</translation>
        </message>
        <message>
            <source>“{alias}” is “{product}”</source>
            <translation>“{alias}” es “{product}”</translation>
        </message>
        <message>
            <source>“{first}” and “{second}” have the number {code}</source>
            <translation>“{first}” y “{second}” tienen el número {code}</translation>
        </message>
    </context>
    <context>
        <name>MainWindow</name>
        <message numerus="yes">
            <source>%n entry(ies) sent; nothing waits.</source>
            <translation>
                <numerusform>Enviado %n apunte; no queda nada pendiente.</numerusform>
                <numerusform>Enviados %n apuntes; no queda nada pendiente.</numerusform>
            </translation>
        </message>
        <message>
            <source>Evertill · {till}</source>
            <translation>Evertill · {till}</translation>
        </message>
        <message>
            <source>Fetching products and stock: {done} of {total}. You can sell meanwhile.</source>
            <translation>Descargando productos y existencias: {done} de {total}. Mientras tanto puede vender.</translation>
        </message>
        <message>
            <source>Let another person sign in</source>
            <translation>Que inicie sesión otra persona</translation>
        </message>
        <message>
            <source>Not encrypted</source>
            <translation>Sin cifrar</translation>
        </message>
        <message>
            <source>Something in this window went wrong. What is saved is safe. A report is in {path}.</source>
            <translation>Algo ha fallado en esta ventana. Lo guardado está a salvo. Hay un informe en {path}.</translation>
        </message>
        <message>
            <source>Switch</source>
            <translation>Cambiar</translation>
        </message>
        <message numerus="yes">
            <source>{page}, %n (needs|need) attention</source>
            <translation>
                <numerusform>{page}, %n requiere atención</numerusform>
                <numerusform>{page}, %n requieren atención</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>MessageLine</name>
        <message>
            <source>Close this message</source>
            <translation>Cerrar este mensaje</translation>
        </message>
    </context>
    <context>
        <name>MoreActions</name>
        <message>
            <source>Nothing was sold at this till yet.</source>
            <translation>En esta caja aún no se ha vendido nada.</translation>
        </message>
        <message>
            <source>The drawer was opened without a sale. It is noted.</source>
            <translation>El cajón se abrió sin venta. Queda anotado.</translation>
        </message>
    </context>
    <context>
        <name>MorePanel</name>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Change a note</source>
            <translation>Cambiar un billete</translation>
        </message>
        <message>
            <source>Check the cash</source>
            <translation>Revisar el efectivo</translation>
        </message>
        <message>
            <source>Choose a line of the cart first.</source>
            <translation>Elija primero una línea de la cesta.</translation>
        </message>
        <message>
            <source>Empty the cart</source>
            <translation>Vaciar la cesta</translation>
        </message>
        <message>
            <source>Last receipt again…</source>
            <translation>Último ticket otra vez…</translation>
        </message>
        <message>
            <source>Make it a quick key</source>
            <translation>Hacerlo tecla rápida</translation>
        </message>
        <message>
            <source>More</source>
            <translation>Más</translation>
        </message>
        <message>
            <source>Open the drawer</source>
            <translation>Abrir el cajón</translation>
        </message>
        <message>
            <source>Open the drawer without a sale…</source>
            <translation>Abrir el cajón sin venta…</translation>
        </message>
        <message>
            <source>Put a roll of coins in</source>
            <translation>Poner un cartucho de monedas</translation>
        </message>
        <message>
            <source>Put its quick key first</source>
            <translation>Poner su tecla rápida la primera</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>Take its quick key away</source>
            <translation>Quitarle la tecla rápida</translation>
        </message>
        <message>
            <source>Why is the drawer opened?</source>
            <translation>¿Por qué se abre el cajón?</translation>
        </message>
    </context>
    <context>
        <name>NoticesPage</name>
        <message>
            <source>Back</source>
            <translation>Volver</translation>
        </message>
        <message>
            <source>I have read it</source>
            <translation>Lo he leído</translation>
        </message>
        <message>
            <source>Notices</source>
            <translation>Avisos</translation>
        </message>
        <message>
            <source>Read</source>
            <translation>Leído</translation>
        </message>
        <message>
            <source>There are no notices.</source>
            <translation>No hay avisos.</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>Esta caja</translation>
        </message>
    </context>
    <context>
        <name>OwnSection</name>
        <message>
            <source>A browser or an app stays signed in for a time. End what should not be.</source>
            <translation>Un navegador o una aplicación mantiene la sesión un tiempo. Cierre la que no deba estar.</translation>
        </message>
        <message>
            <source>A code from an app on your telephone, beside your password at the server.</source>
            <translation>Un código de una aplicación de su teléfono, además de su contraseña en el servidor.</translation>
        </message>
        <message>
            <source>Change PIN</source>
            <translation>Cambiar el PIN</translation>
        </message>
        <message>
            <source>Change password</source>
            <translation>Cambiar la contraseña</translation>
        </message>
        <message>
            <source>Current PIN</source>
            <translation>PIN actual</translation>
        </message>
        <message>
            <source>Current password</source>
            <translation>Contraseña actual</translation>
        </message>
        <message>
            <source>Do without it…</source>
            <translation>Prescindir de él…</translation>
        </message>
        <message>
            <source>Fill in “{field}” first.</source>
            <translation>Rellene primero «{field}».</translation>
        </message>
        <message>
            <source>New PIN</source>
            <translation>PIN nuevo</translation>
        </message>
        <message>
            <source>New PIN again</source>
            <translation>PIN nuevo otra vez</translation>
        </message>
        <message>
            <source>New password</source>
            <translation>Contraseña nueva</translation>
        </message>
        <message>
            <source>New password again</source>
            <translation>Contraseña nueva otra vez</translation>
        </message>
        <message>
            <source>Second factor</source>
            <translation>Segundo factor</translation>
        </message>
        <message>
            <source>Set it up…</source>
            <translation>Configurarlo…</translation>
        </message>
        <message>
            <source>Show…</source>
            <translation>Mostrar…</translation>
        </message>
        <message>
            <source>The new one was not typed the same twice.</source>
            <translation>No se ha escrito lo mismo las dos veces.</translation>
        </message>
        <message>
            <source>Where you are signed in</source>
            <translation>Dónde tiene sesión abierta</translation>
        </message>
        <message>
            <source>Your PIN and password</source>
            <translation>Su PIN y su contraseña</translation>
        </message>
        <message>
            <source>Your PIN, for every till of the shop.</source>
            <translation>Su PIN, para todas las cajas de la tienda.</translation>
        </message>
        <message>
            <source>Your password, with which you sign in at the server.</source>
            <translation>Su contraseña, con la que inicia sesión en el servidor.</translation>
        </message>
    </context>
    <context>
        <name>PeopleSection</name>
        <message>
            <source>A lost second factor</source>
            <translation>Un segundo factor perdido</translation>
        </message>
        <message>
            <source>A new till is enrolled by a code, which holds for 15 minutes and works once. A manager makes it here and types or scans it there.</source>
            <translation>Una caja nueva se registra con un código, que vale 15 minutos y sirve una vez. Un encargado lo crea aquí y lo escribe o escanea allí.</translation>
        </message>
        <message>
            <source>Another till</source>
            <translation>Otra caja</translation>
        </message>
        <message>
            <source>Make a code…</source>
            <translation>Crear un código…</translation>
        </message>
        <message>
            <source>Take it away…</source>
            <translation>Quitarlo…</translation>
        </message>
        <message>
            <source>Whoever lost their telephone and their recovery codes cannot sign in at the server any more. Who manages their account takes the second factor away.</source>
            <translation>Quien perdió su teléfono y sus códigos de recuperación ya no puede entrar en el servidor. Quien administra su cuenta le quita el segundo factor.</translation>
        </message>
    </context>
    <context>
        <name>PinPad</name>
        <message>
            <source>Delete the last figure</source>
            <translation>Borrar la última cifra</translation>
        </message>
    </context>
    <context>
        <name>PrintQueue</name>
        <message>
            <source>It could not be saved: {why}</source>
            <translation>No se ha podido guardar: {why}</translation>
        </message>
        <message>
            <source>Printed.</source>
            <translation>Impreso.</translation>
        </message>
        <message>
            <source>Printing…</source>
            <translation>Imprimiendo…</translation>
        </message>
        <message>
            <source>Save as PDF</source>
            <translation>Guardar como PDF</translation>
        </message>
        <message>
            <source>Saved as {path}</source>
            <translation>Guardado como {path}</translation>
        </message>
    </context>
    <context>
        <name>ProductForm</name>
        <message>
            <source>Article number</source>
            <translation>Referencia</translation>
        </message>
        <message>
            <source>Barcode</source>
            <translation>Código de barras</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Cancelar</translation>
        </message>
        <message>
            <source>Change the product</source>
            <translation>Cambiar el producto</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Nombre</translation>
        </message>
        <message>
            <source>Named tax rate</source>
            <translation>Tipo de impuesto con nombre</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>Precio</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Guardar</translation>
        </message>
        <message>
            <source>Sold by</source>
            <translation>Se vende por</translation>
        </message>
        <message>
            <source>Tax rate</source>
            <translation>Tipo de impuesto</translation>
        </message>
        <message>
            <source>none: a figure of its own</source>
            <translation>ninguno: un valor propio</translation>
        </message>
    </context>
    <context>
        <name>QueueModel</name>
        <message>
            <source>At the server</source>
            <translation>En el servidor</translation>
        </message>
        <message>
            <source>Refused</source>
            <translation>Rechazado</translation>
        </message>
        <message>
            <source>Sending…</source>
            <translation>Enviando…</translation>
        </message>
        <message>
            <source>State</source>
            <translation>Estado</translation>
        </message>
        <message>
            <source>To be looked at</source>
            <translation>Por revisar</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>En espera</translation>
        </message>
        <message>
            <source>Waits for an earlier decision</source>
            <translation>Espera una decisión anterior</translation>
        </message>
        <message>
            <source>What</source>
            <translation>Qué</translation>
        </message>
        <message>
            <source>When</source>
            <translation>Cuándo</translation>
        </message>
        <message>
            <source>Will try again at {time} (in {seconds} s)</source>
            <translation>Se intentará de nuevo a las {time} (en {seconds} s)</translation>
        </message>
        <message>
            <source>With the manager</source>
            <translation>Con el encargado</translation>
        </message>
    </context>
    <context>
        <name>RefundPanel</name>
        <message>
            <source>All</source>
            <translation>Todo</translation>
        </message>
        <message>
            <source>All of it this way (with a manager)</source>
            <translation>Todo de esta forma (con un encargado)</translation>
        </message>
        <message>
            <source>All of {item}</source>
            <translation>Todo de {item}</translation>
        </message>
        <message>
            <source>All of {receipt} went back already.</source>
            <translation>Ya se devolvió todo lo de {receipt}.</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Customer changed their mind</source>
            <translation>El cliente cambió de idea</translation>
        </message>
        <message>
            <source>Damaged or faulty</source>
            <translation>Dañado o defectuoso</translation>
        </message>
        <message>
            <source>Find the sale</source>
            <translation>Buscar la venta</translation>
        </message>
        <message>
            <source>Give back</source>
            <translation>Devolver</translation>
        </message>
        <message>
            <source>How much of {item}</source>
            <translation>Cuánto de {item}</translation>
        </message>
        <message>
            <source>Is the receipt of another shop, or lost? Ring the goods up in the cart, and give their price back with a manager’s approval.</source>
            <translation>¿El ticket es de otra tienda o se ha perdido? Registre los artículos en la cesta y devuelva su precio con la aprobación de un encargado.</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>Receipt number</source>
            <translation>Número de ticket</translation>
        </message>
        <message>
            <source>Receipt number, or its last figures</source>
            <translation>Número de ticket, o sus últimas cifras</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>Devolución</translation>
        </message>
        <message>
            <source>Refund what is in the cart</source>
            <translation>Devolver lo que hay en la cesta</translation>
        </message>
        <message>
            <source>Rung up by mistake</source>
            <translation>Cobrado por error</translation>
        </message>
        <message>
            <source>Several receipts have this number. Which is it?</source>
            <translation>Varios tickets tienen este número. ¿Cuál es?</translation>
        </message>
        <message>
            <source>The receipt {receipt} is not on this till. The server is asked, if it can be reached.</source>
            <translation>El ticket {receipt} no está en esta caja. Se pregunta al servidor, si hay conexión.</translation>
        </message>
        <message>
            <source>To give back</source>
            <translation>A devolver</translation>
        </message>
        <message>
            <source>Void the sale</source>
            <translation>Anular la venta</translation>
        </message>
        <message>
            <source>Wrong item</source>
            <translation>Artículo equivocado</translation>
        </message>
        <message>
            <source>not as it was paid: a manager has to approve</source>
            <translation>no como se pagó: un encargado tiene que aprobarlo</translation>
        </message>
        <message>
            <source>{count} can go back: {amount}</source>
            <translation>Se puede devolver {count}: {amount}</translation>
        </message>
        <message>
            <source>{method}: {left} of {taken} can go back</source>
            <translation>{method}: se puede devolver {left} de {taken}</translation>
        </message>
    </context>
    <context>
        <name>RefusalCard</name>
        <message>
            <source>A completed sale is never discarded: the goods have left the shop.</source>
            <translation>Una venta terminada no se descarta nunca: la mercancía ya salió de la tienda.</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Discard it</source>
            <translation>Descartarlo</translation>
        </message>
        <message>
            <source>Discard…</source>
            <translation>Descartar…</translation>
        </message>
        <message>
            <source>Edit and send again…</source>
            <translation>Modificar y enviar de nuevo…</translation>
        </message>
        <message>
            <source>Entered by mistake</source>
            <translation>Registrado por error</translation>
        </message>
        <message>
            <source>Entered twice</source>
            <translation>Registrado dos veces</translation>
        </message>
        <message>
            <source>I have looked at it</source>
            <translation>Lo he revisado</translation>
        </message>
        <message>
            <source>It is finished and counted. Somebody should look into it.</source>
            <translation>Está terminada y contabilizada. Alguien debería revisarla.</translation>
        </message>
        <message>
            <source>No longer wanted</source>
            <translation>Ya no hace falta</translation>
        </message>
        <message>
            <source>Nothing is lost: it stays on this till until somebody decides.</source>
            <translation>No se pierde nada: se queda en esta caja hasta que alguien decida.</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>The server refused it.</source>
            <translation>El servidor lo rechazó.</translation>
        </message>
        <message>
            <source>There is nothing in it that could be changed.</source>
            <translation>No contiene nada que se pueda cambiar.</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Intentar de nuevo</translation>
        </message>
        <message>
            <source>Try all again</source>
            <translation>Intentar todo de nuevo</translation>
        </message>
    </context>
    <context>
        <name>ResetSecondFactorDialog</name>
        <message>
            <source>People</source>
            <translation>Personas</translation>
        </message>
        <message>
            <source>Show the people</source>
            <translation>Mostrar las personas</translation>
        </message>
        <message>
            <source>Take a second factor away</source>
            <translation>Quitar un segundo factor</translation>
        </message>
        <message>
            <source>Take it away</source>
            <translation>Quitarlo</translation>
        </message>
        <message>
            <source>Take it away from {name}</source>
            <translation>Quitárselo a {name}</translation>
        </message>
        <message>
            <source>There is nobody else.</source>
            <translation>No hay nadie más.</translation>
        </message>
        <message>
            <source>This account may not change that of {name}. Nothing was changed.</source>
            <translation>Esta cuenta no puede cambiar la de {name}. No se cambió nada.</translation>
        </message>
        <message>
            <source>Whoever lost their telephone and their recovery codes cannot sign in. An administrator, or a manager for the clerks of their places, signs in and takes the second factor away.</source>
            <translation>Quien perdió su teléfono y sus códigos de recuperación no puede entrar. Un administrador, o un encargado para los empleados de sus lugares, inicia sesión y le quita el segundo factor.</translation>
        </message>
        <message>
            <source>Whose second factor? Make sure that it is really this person who asks.</source>
            <translation>¿De quién es el segundo factor? Asegúrese de que lo pide de verdad esa persona.</translation>
        </message>
        <message>
            <source>{name} signs in with the password alone, until they set up a second factor again.</source>
            <translation>{name} entra solo con la contraseña, hasta que configure de nuevo un segundo factor.</translation>
        </message>
    </context>
    <context>
        <name>Scans</name>
        <message>
            <source>It was not said which product has the code {codes}. It was not added.</source>
            <translation>No se ha dicho qué producto tiene el código {codes}. No se ha añadido.</translation>
        </message>
        <message>
            <source>No product has the code {codes}. It was not added.</source>
            <translation>Ningún producto tiene el código {codes}. No se ha añadido.</translation>
        </message>
        <message>
            <source>No product has these codes: {codes}. They were not added.</source>
            <translation>Ningún producto tiene estos códigos: {codes}. No se han añadido.</translation>
        </message>
        <message>
            <source>These codes were not added: {codes}.</source>
            <translation>Estos códigos no se han añadido: {codes}.</translation>
        </message>
    </context>
    <context>
        <name>SecondFactorDialog</name>
        <message>
            <source>Copied. Paste them where only you can read them.</source>
            <translation>Copiado. Péguelos donde solo usted pueda leerlos.</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>Copiar</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>Listo</translation>
        </message>
        <message>
            <source>Each of them signs in once, in place of the app’s code.</source>
            <translation>Cada uno sirve una vez para entrar, en lugar del código de la aplicación.</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>Continuar</translation>
        </message>
        <message>
            <source>I have kept these codes</source>
            <translation>He guardado estos códigos</translation>
        </message>
        <message>
            <source>It is in force. You are signed out everywhere else.</source>
            <translation>Ya está en vigor. Su sesión se cerró en todos los demás sitios.</translation>
        </message>
        <message>
            <source>It was begun anew elsewhere. Begin once more.</source>
            <translation>Se empezó de nuevo en otro sitio. Empiece otra vez.</translation>
        </message>
        <message>
            <source>Print…</source>
            <translation>Imprimir…</translation>
        </message>
        <message>
            <source>Put it in force</source>
            <translation>Ponerlo en vigor</translation>
        </message>
        <message>
            <source>Recovery codes</source>
            <translation>Códigos de recuperación</translation>
        </message>
        <message>
            <source>Scan this with an authenticator app, or type the secret into the app.</source>
            <translation>Escanee esto con una aplicación de autenticación, o escriba la clave secreta en ella.</translation>
        </message>
        <message>
            <source>Second factor</source>
            <translation>Segundo factor</translation>
        </message>
        <message>
            <source>The code that the app shows now</source>
            <translation>El código que la aplicación muestra ahora</translation>
        </message>
        <message>
            <source>The secret, for an authenticator app</source>
            <translation>La clave secreta, para una aplicación de autenticación</translation>
        </message>
        <message>
            <source>These codes are shown only now. Print, copy or write them down, and tick the box.</source>
            <translation>Estos códigos solo se muestran ahora. Imprímalos, cópielos o anótelos, y marque la casilla.</translation>
        </message>
        <message>
            <source>This is not the code that the app shows now. Look whether the telephone’s clock is right, and type the next one.</source>
            <translation>No es el código que la aplicación muestra ahora. Mire si el reloj del teléfono está en hora, y escriba el siguiente.</translation>
        </message>
        <message>
            <source>Type the code that the app shows now.</source>
            <translation>Escriba el código que la aplicación muestra ahora.</translation>
        </message>
        <message>
            <source>With a second factor, signing in at the server takes your password and a code that an app on your telephone shows. Your PIN at the tills stays as it is. Where you have one already, a new one takes its place.</source>
            <translation>Con un segundo factor, para entrar en el servidor hacen falta su contraseña y un código que muestra una aplicación de su teléfono. Su PIN en las cajas queda como está. Si ya tiene uno, el nuevo lo sustituye.</translation>
        </message>
        <message>
            <source>Without your telephone, each of these codes signs in once in place of the app’s. They are shown only now: keep them where only you can read them.</source>
            <translation>Sin su teléfono, cada uno de estos códigos sirve una vez en lugar del de la aplicación. Solo se muestran ahora: guárdelos donde solo usted pueda leerlos.</translation>
        </message>
    </context>
    <context>
        <name>SellPage</name>
        <message>
            <source>Held. {key} takes it back.</source>
            <translation>En espera. {key} la recupera.</translation>
        </message>
        <message>
            <source>The sale is here again. It is paid: take no money, press Pay to complete it.</source>
            <translation>La venta está aquí de nuevo. Ya está pagada: no cobre más; pulse Cobrar para completarla.</translation>
        </message>
        <message>
            <source>The sale that was being rung up is here again.</source>
            <translation>Aquí está de nuevo la venta que se estaba cobrando.</translation>
        </message>
    </context>
    <context>
        <name>SettingsPage</name>
        <message numerus="yes">
            <source>%n entry(ies) are not at the server yet: this till cannot be signed out.</source>
            <translation>
                <numerusform>%n apunte aún no está en el servidor: esta caja no se puede dar de baja.</numerusform>
                <numerusform>%n apuntes aún no están en el servidor: esta caja no se puede dar de baja.</numerusform>
            </translation>
        </message>
        <message>
            <source>58 mm, 32 letters</source>
            <translation>58 mm, 32 letras</translation>
        </message>
        <message>
            <source>80 mm, 42 letters</source>
            <translation>80 mm, 42 letras</translation>
        </message>
        <message>
            <source>80 mm, 48 letters</source>
            <translation>80 mm, 48 letras</translation>
        </message>
        <message>
            <source>A PIN has 4 to 8 figures.</source>
            <translation>Un PIN tiene de 4 a 8 cifras.</translation>
        </message>
        <message>
            <source>A password has at least 10 letters.</source>
            <translation>Una contraseña tiene al menos 10 letras.</translation>
        </message>
        <message>
            <source>As on this computer</source>
            <translation>Como en este ordenador</translation>
        </message>
        <message>
            <source>Ask for a PIN after minutes without a key (0: never)</source>
            <translation>Pedir el PIN tras estos minutos sin teclas (0: nunca)</translation>
        </message>
        <message>
            <source>Asking the server…</source>
            <translation>Preguntando al servidor…</translation>
        </message>
        <message>
            <source>Clock confirmed</source>
            <translation>Reloj confirmado</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>Colores</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>Oscuro</translation>
        </message>
        <message>
            <source>Difference in the drawer</source>
            <translation>Diferencia en el cajón</translation>
        </message>
        <message>
            <source>Entry discarded</source>
            <translation>Apunte descartado</translation>
        </message>
        <message>
            <source>High contrast</source>
            <translation>Alto contraste</translation>
        </message>
        <message>
            <source>Its address</source>
            <translation>Su dirección</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>Idioma</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>Claro</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>Registro</translation>
        </message>
        <message>
            <source>Look and language</source>
            <translation>Aspecto e idioma</translation>
        </message>
        <message>
            <source>Nothing was changed.</source>
            <translation>No se ha cambiado nada.</translation>
        </message>
        <message>
            <source>Only an administrator may change this. Nothing was changed.</source>
            <translation>Solo un administrador puede cambiar esto. No se ha cambiado nada.</translation>
        </message>
        <message>
            <source>Paper</source>
            <translation>Papel</translation>
        </message>
        <message>
            <source>People and tills</source>
            <translation>Personas y cajas</translation>
        </message>
        <message>
            <source>Print each receipt without being asked</source>
            <translation>Imprimir cada ticket sin preguntar</translation>
        </message>
        <message>
            <source>Printer</source>
            <translation>Impresora</translation>
        </message>
        <message>
            <source>Printer test</source>
            <translation>Prueba de impresora</translation>
        </message>
        <message>
            <source>Product changed</source>
            <translation>Producto cambiado</translation>
        </message>
        <message>
            <source>Ready to sell without a connection?</source>
            <translation>¿Lista para vender sin conexión?</translation>
        </message>
        <message>
            <source>Receipt printer (ESC/POS)</source>
            <translation>Impresora de tickets (ESC/POS)</translation>
        </message>
        <message>
            <source>Receipts {series} · {currency} · {server}</source>
            <translation>Tickets {series} · {currency} · {server}</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Guardar</translation>
        </message>
        <message>
            <source>Saved for all tills of the shop.</source>
            <translation>Guardado para todas las cajas de la tienda.</translation>
        </message>
        <message>
            <source>Saved for all tills of {place}.</source>
            <translation>Guardado para todas las cajas de {place}.</translation>
        </message>
        <message>
            <source>Saved on this till.</source>
            <translation>Guardado en esta caja.</translation>
        </message>
        <message>
            <source>Settings changed</source>
            <translation>Ajustes cambiados</translation>
        </message>
        <message>
            <source>Several wrong PINs</source>
            <translation>Varios PIN incorrectos</translation>
        </message>
        <message>
            <source>Sign this till out…</source>
            <translation>Dar de baja esta caja…</translation>
        </message>
        <message>
            <source>Signing out ends this till’s place in the shop, and its credential at the server. Without a connection the server is told later, or a manager ends the till there. Its history is kept in a folder, and it asks to be set up again.</source>
            <translation>Dar de baja pone fin al lugar de esta caja en la tienda y a su credencial en el servidor. Sin conexión, se avisa al servidor más tarde, o un encargado da de baja allí la caja. Su historial se conserva en una carpeta, y pedirá que se configure de nuevo.</translation>
        </message>
        <message>
            <source>Sounds at a scan, a miss and a refusal</source>
            <translation>Sonidos al escanear, al no encontrar y al rechazar</translation>
        </message>
        <message>
            <source>Test print</source>
            <translation>Imprimir una prueba</translation>
        </message>
        <message>
            <source>The current PIN is not right. Nothing was changed.</source>
            <translation>El PIN actual no es correcto. No se ha cambiado nada.</translation>
        </message>
        <message>
            <source>The current password is not right. Nothing was changed.</source>
            <translation>La contraseña actual no es correcta. No se ha cambiado nada.</translation>
        </message>
        <message>
            <source>The server did not take this. Nothing was changed.</source>
            <translation>El servidor no lo ha aceptado. No se ha cambiado nada.</translation>
        </message>
        <message>
            <source>The shop</source>
            <translation>La tienda</translation>
        </message>
        <message>
            <source>This PIN is too easy to guess: no rows, repeats, years or dates.</source>
            <translation>Este PIN es demasiado fácil de adivinar: nada de series, repeticiones, años ni fechas.</translation>
        </message>
        <message>
            <source>This is a test of the printer.</source>
            <translation>Esto es una prueba de la impresora.</translation>
        </message>
        <message>
            <source>This needs a connection to the server.</source>
            <translation>Esto necesita conexión con el servidor.</translation>
        </message>
        <message>
            <source>This needs the server, which does not answer. Nothing was changed.</source>
            <translation>Esto necesita el servidor, que no responde. No se ha cambiado nada.</translation>
        </message>
        <message>
            <source>This password is too easy to guess. Take a few words that do not belong together.</source>
            <translation>Esta contraseña es demasiado fácil de adivinar. Elija unas cuantas palabras que no vayan juntas.</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>Esta caja</translation>
        </message>
        <message>
            <source>Too many tries. Wait a minute; nothing was changed.</source>
            <translation>Demasiados intentos. Espere un minuto; no se ha cambiado nada.</translation>
        </message>
        <message>
            <source>What needs approval or asks for a reason is noted here.</source>
            <translation>Aquí se anota lo que necesita aprobación o pide un motivo.</translation>
        </message>
        <message>
            <source>You</source>
            <translation>Usted</translation>
        </message>
        <message>
            <source>Your PIN is changed. Every till takes the new one once it has heard of it.</source>
            <translation>Su PIN ha cambiado. Cada caja acepta el nuevo en cuanto le llega.</translation>
        </message>
        <message>
            <source>Your password is changed. You are signed out everywhere else.</source>
            <translation>Su contraseña ha cambiado. Se ha cerrado su sesión en los demás sitios.</translation>
        </message>
        <message>
            <source>a file or device</source>
            <translation>un archivo o dispositivo</translation>
        </message>
        <message>
            <source>by USB</source>
            <translation>por USB</translation>
        </message>
        <message>
            <source>in the network</source>
            <translation>en la red</translation>
        </message>
        <message>
            <source>look at this</source>
            <translation>revíselo</translation>
        </message>
        <message>
            <source>none</source>
            <translation>ninguna</translation>
        </message>
        <message>
            <source>ready</source>
            <translation>listo</translation>
        </message>
        <message>
            <source>{person}, approved by {manager}</source>
            <translation>{person}, aprobado por {manager}</translation>
        </message>
    </context>
    <context>
        <name>ShiftPage</name>
        <message numerus="yes">
            <source>%n conflict(s) still to be decided: {titles}.</source>
            <translation>
                <numerusform>%n conflicto aún por decidir: {titles}.</numerusform>
                <numerusform>%n conflictos aún por decidir: {titles}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n entry(ies) not sent yet.</source>
            <translation>
                <numerusform>%n apunte aún sin enviar.</numerusform>
                <numerusform>%n apuntes aún sin enviar.</numerusform>
            </translation>
        </message>
        <message>
            <source>A note is missing</source>
            <translation>Falta un billete</translation>
        </message>
        <message>
            <source>Amount</source>
            <translation>Importe</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Cash counted in the drawer</source>
            <translation>Efectivo contado en el cajón</translation>
        </message>
        <message>
            <source>Cash expected in the drawer</source>
            <translation>Efectivo esperado en el cajón</translation>
        </message>
        <message>
            <source>Cash up</source>
            <translation>Arqueo</translation>
        </message>
        <message>
            <source>Change from the bank</source>
            <translation>Cambio del banco</translation>
        </message>
        <message>
            <source>Close the shift</source>
            <translation>Cerrar el turno</translation>
        </message>
        <message>
            <source>Close the shift…</source>
            <translation>Cerrar el turno…</translation>
        </message>
        <message>
            <source>Closed shifts will be listed here.</source>
            <translation>Aquí aparecerán los turnos cerrados.</translation>
        </message>
        <message>
            <source>Count what lies in the drawer. Selling does not wait for it: what is sold before is taken into the shift.</source>
            <translation>Cuente lo que hay en el cajón. La venta no espera a ello: lo vendido antes entra en el turno.</translation>
        </message>
        <message>
            <source>Earlier shifts</source>
            <translation>Turnos anteriores</translation>
        </message>
        <message>
            <source>Float</source>
            <translation>Fondo de caja</translation>
        </message>
        <message>
            <source>Float in the drawer</source>
            <translation>Fondo en el cajón</translation>
        </message>
        <message numerus="yes">
            <source>Needs attention: %n refused entry(ies).</source>
            <translation>
                <numerusform>Requiere atención: %n apunte rechazado.</numerusform>
                <numerusform>Requieren atención: %n apuntes rechazados.</numerusform>
            </translation>
        </message>
        <message>
            <source>Not known</source>
            <translation>Desconocido</translation>
        </message>
        <message>
            <source>Open the shift</source>
            <translation>Abrir el turno</translation>
        </message>
        <message>
            <source>Opened {time} by {person}</source>
            <translation>Abierto {time} por {person}</translation>
        </message>
        <message>
            <source>Paid in…</source>
            <translation>Ingresar…</translation>
        </message>
        <message>
            <source>Paid out…</source>
            <translation>Retirar…</translation>
        </message>
        <message>
            <source>Pay in</source>
            <translation>Ingresar</translation>
        </message>
        <message>
            <source>Pay money in</source>
            <translation>Ingresar dinero</translation>
        </message>
        <message>
            <source>Pay money out</source>
            <translation>Retirar dinero</translation>
        </message>
        <message>
            <source>Pay out</source>
            <translation>Retirar</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motivo</translation>
        </message>
        <message>
            <source>Reason of the difference</source>
            <translation>Motivo de la diferencia</translation>
        </message>
        <message>
            <source>Small purchase</source>
            <translation>Compra pequeña</translation>
        </message>
        <message>
            <source>That is what should be there.</source>
            <translation>Es lo que debe haber.</translation>
        </message>
        <message>
            <source>The shift is closed.</source>
            <translation>El turno está cerrado.</translation>
        </message>
        <message>
            <source>The shift is open. Good selling!</source>
            <translation>El turno está abierto. ¡Buenas ventas!</translation>
        </message>
        <message>
            <source>The shift so far</source>
            <translation>El turno hasta ahora</translation>
        </message>
        <message>
            <source>To the bank</source>
            <translation>Al banco</translation>
        </message>
        <message>
            <source>Turnover</source>
            <translation>Facturación</translation>
        </message>
        <message>
            <source>Wrong change given</source>
            <translation>Cambio mal dado</translation>
        </message>
        <message>
            <source>X report…</source>
            <translation>Informe X…</translation>
        </message>
        <message>
            <source>You can close the shift; the report will say “not yet confirmed”.</source>
            <translation>Puede cerrar el turno; el informe dirá «aún sin confirmar».</translation>
        </message>
        <message>
            <source>no difference</source>
            <translation>sin diferencia</translation>
        </message>
        <message>
            <source>of it: {method}</source>
            <translation>de ello: {method}</translation>
        </message>
        <message>
            <source>{amount} is missing.</source>
            <translation>Faltan {amount}.</translation>
        </message>
        <message>
            <source>{amount} paid in.</source>
            <translation>{amount} ingresados.</translation>
        </message>
        <message>
            <source>{amount} paid out.</source>
            <translation>{amount} retirados.</translation>
        </message>
        <message>
            <source>{amount} too much.</source>
            <translation>Sobran {amount}.</translation>
        </message>
    </context>
    <context>
        <name>ShopSection</name>
        <message>
            <source>A place follows the shop, except in settings of its own.</source>
            <translation>Un local sigue a la tienda, salvo en los ajustes propios.</translation>
        </message>
        <message>
            <source>Administrator’s user name</source>
            <translation>Usuario del administrador</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>Cambiar</translation>
        </message>
        <message>
            <source>Choose a payment method: a sale has to be paid somehow.</source>
            <translation>Elija una forma de pago: una venta tiene que pagarse de algún modo.</translation>
        </message>
        <message>
            <source>For</source>
            <translation>Para</translation>
        </message>
        <message>
            <source>Named tax rates, one a line</source>
            <translation>Tipos de impuesto con nombre, uno por línea</translation>
        </message>
        <message>
            <source>Save for the shop</source>
            <translation>Guardar para la tienda</translation>
        </message>
        <message>
            <source>The connection is not encrypted: others in the network can read the password.</source>
            <translation>La conexión no está cifrada: otros en la red pueden leer la contraseña.</translation>
        </message>
        <message>
            <source>The shop’s settings</source>
            <translation>Ajustes de la tienda</translation>
        </message>
        <message>
            <source>This lets more pass unchecked. An administrator signs in for it, with a connection; this till keeps nothing of the sign-in.</source>
            <translation>Esto deja pasar más sin control. Un administrador inicia sesión para ello, con conexión; esta caja no guarda nada de esa sesión.</translation>
        </message>
        <message>
            <source>the whole shop</source>
            <translation>toda la tienda</translation>
        </message>
        <message>
            <source>{place} only</source>
            <translation>solo {place}</translation>
        </message>
    </context>
    <context>
        <name>ShortcutsPage</name>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Discount, or another price</source>
            <translation>Descuento u otro precio</translation>
        </message>
        <message>
            <source>Everywhere</source>
            <translation>En todas partes</translation>
        </message>
        <message>
            <source>From the search to what was found</source>
            <translation>De la búsqueda a lo encontrado</translation>
        </message>
        <message>
            <source>Hold the sale</source>
            <translation>Dejar la venta en espera</translation>
        </message>
        <message>
            <source>In the cart: one more, one less</source>
            <translation>En la cesta: uno más, uno menos</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>Teclas</translation>
        </message>
        <message>
            <source>More: last receipt again, drawer, quick keys</source>
            <translation>Más: último ticket otra vez, cajón, teclas rápidas</translation>
        </message>
        <message>
            <source>Pay; while paying: cash, card, other</source>
            <translation>Cobrar; al cobrar: efectivo, tarjeta, otro</translation>
        </message>
        <message>
            <source>Puts the product in the cart; on the Stock page, finds it</source>
            <translation>Pone el producto en la cesta; en la página Existencias, lo busca</translation>
        </message>
        <message>
            <source>Recall a held sale</source>
            <translation>Recuperar una venta en espera</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>Devolución</translation>
        </message>
        <message>
            <source>Remove the line from the cart</source>
            <translation>Quitar la línea de la cesta</translation>
        </message>
        <message>
            <source>Scanner</source>
            <translation>Lector</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>Buscar</translation>
        </message>
        <message>
            <source>Switch to another person</source>
            <translation>Cambiar a otra persona</translation>
        </message>
        <message>
            <source>Take what was found; in the cart: type a quantity</source>
            <translation>Tomar lo encontrado; en la cesta: escribir una cantidad</translation>
        </message>
        <message>
            <source>This page</source>
            <translation>Esta página</translation>
        </message>
        <message>
            <source>While selling</source>
            <translation>Al vender</translation>
        </message>
    </context>
    <context>
        <name>SignInFields</name>
        <message>
            <source>Code from the authenticator app</source>
            <translation>Código de la aplicación de autenticación</translation>
        </message>
        <message>
            <source>Fill in “{field}” first.</source>
            <translation>Rellene primero «{field}».</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>Contraseña</translation>
        </message>
    </context>
    <context>
        <name>SignInPage</name>
        <message>
            <source>Nobody may sign in here yet. A manager gives people this location on the server.</source>
            <translation>Aún no puede entrar nadie. Un encargado asigna personas a este local en el servidor.</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>PIN</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>Entrar</translation>
        </message>
        <message>
            <source>The shop’s people, products and stock are still to be fetched from the server.</source>
            <translation>Aún falta descargar del servidor las personas, los productos y las existencias de la tienda.</translation>
        </message>
        <message>
            <source>Type your PIN first.</source>
            <translation>Escriba primero su PIN.</translation>
        </message>
        <message>
            <source>Who is at the till?</source>
            <translation>¿Quién está en la caja?</translation>
        </message>
    </context>
    <context>
        <name>SignInsDialog</name>
        <message numerus="yes">
            <source>%n sign-in(s) ended.</source>
            <translation>
                <numerusform>%n sesión cerrada.</numerusform>
                <numerusform>%n sesiones cerradas.</numerusform>
            </translation>
        </message>
        <message>
            <source>End all others</source>
            <translation>Cerrar todas las demás</translation>
        </message>
        <message>
            <source>End this one</source>
            <translation>Cerrar esta</translation>
        </message>
        <message>
            <source>Last used {when}, from {where}; ends {end}</source>
            <translation>Usada por última vez {when}, desde {where}; acaba el {end}</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>Mostrar</translation>
        </message>
        <message>
            <source>Since {when}, from {where}</source>
            <translation>Desde {when}, desde {where}</translation>
        </message>
        <message>
            <source>This one</source>
            <translation>Esta</translation>
        </message>
        <message>
            <source>This one ends when you close this window.</source>
            <translation>Esta se cierra al cerrar esta ventana.</translation>
        </message>
        <message>
            <source>Where you are signed in</source>
            <translation>Dónde tiene sesión abierta</translation>
        </message>
        <message>
            <source>Wherever you signed in with your password, at a browser or in an app, you stay signed in for a time. Sign in once more to see where, and to end what should not be.</source>
            <translation>Donde entró con su contraseña, en un navegador o en una aplicación, la sesión sigue abierta un tiempo. Entre una vez más para ver dónde, y para cerrar lo que no deba estar.</translation>
        </message>
        <message>
            <source>somewhere</source>
            <translation>un lugar desconocido</translation>
        </message>
    </context>
    <context>
        <name>SlipDialog</name>
        <message>
            <source>Close</source>
            <translation>Cerrar</translation>
        </message>
        <message>
            <source>Print</source>
            <translation>Imprimir</translation>
        </message>
        <message>
            <source>Save as PDF</source>
            <translation>Guardar como PDF</translation>
        </message>
    </context>
    <context>
        <name>StatusStrip</name>
        <message numerus="yes">
            <source>%n (needs|need) attention</source>
            <translation>
                <numerusform>%n requiere atención</numerusform>
                <numerusform>%n requieren atención</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n entry(ies)</source>
            <translation>
                <numerusform>%n apunte</numerusform>
                <numerusform>%n apuntes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n sale(s)</source>
            <translation>
                <numerusform>%n venta</numerusform>
                <numerusform>%n ventas</numerusform>
            </translation>
        </message>
        <message>
            <source>All sent</source>
            <translation>Todo enviado</translation>
        </message>
        <message>
            <source>Connected again.</source>
            <translation>Conectado de nuevo.</translation>
        </message>
        <message>
            <source>Connected again. {what} sent.</source>
            <translation>Conectado de nuevo. Enviado: {what}.</translation>
        </message>
        <message>
            <source>Connecting</source>
            <translation>Conectando</translation>
        </message>
        <message>
            <source>Fetching what is new</source>
            <translation>Recogiendo lo nuevo</translation>
        </message>
        <message>
            <source>No connection. Keep selling: everything is saved on this till and will be sent by itself. Stock of other shops is as of {time}.</source>
            <translation>Sin conexión. Siga vendiendo: todo se guarda en esta caja y se enviará solo. Las existencias de otras tiendas son de las {time}.</translation>
        </message>
        <message>
            <source>Offline</source>
            <translation>Sin conexión</translation>
        </message>
        <message>
            <source>Offline since {time}</source>
            <translation>Sin conexión desde {time}</translation>
        </message>
        <message>
            <source>Online</source>
            <translation>En línea</translation>
        </message>
        <message>
            <source>Open the Sync centre</source>
            <translation>Abrir la sincronización</translation>
        </message>
        <message>
            <source>Sending {position} of {total}</source>
            <translation>Enviando {position} de {total}</translation>
        </message>
        <message>
            <source>Sign in again</source>
            <translation>Vuelva a entrar</translation>
        </message>
        <message numerus="yes">
            <source>Sign in again to send %n</source>
            <translation>
                <numerusform>Entre de nuevo para enviar %n</numerusform>
                <numerusform>Entre de nuevo para enviar %n</numerusform>
            </translation>
        </message>
        <message>
            <source>This till must be enrolled again</source>
            <translation>Esta caja tiene que darse de alta de nuevo</translation>
        </message>
        <message>
            <source>{what} saved here</source>
            <translation>{what} aquí</translation>
        </message>
        <message>
            <source>{what} saved on this till</source>
            <translation>{what} en esta caja</translation>
        </message>
    </context>
    <context>
        <name>StockDetails</name>
        <message numerus="yes">
            <source>%n change(s) not sent yet</source>
            <translation>
                <numerusform>%n cambio aún sin enviar</numerusform>
                <numerusform>%n cambios aún sin enviar</numerusform>
            </translation>
        </message>
        <message>
            <source>Adjusted. Saved on this till.</source>
            <translation>Ajustado. Guardado en esta caja.</translation>
        </message>
        <message>
            <source>Change product…</source>
            <translation>Cambiar producto…</translation>
        </message>
        <message>
            <source>Changed. Saved on this till.</source>
            <translation>Cambiado. Guardado en esta caja.</translation>
        </message>
        <message>
            <source>Choose a product to see why its figure is what it is.</source>
            <translation>Elija un producto para ver por qué su cifra es la que es.</translation>
        </message>
        <message>
            <source>Count it now</source>
            <translation>Contarlo ahora</translation>
        </message>
        <message>
            <source>Counted. Saved on this till.</source>
            <translation>Contado. Guardado en esta caja.</translation>
        </message>
        <message>
            <source>Count…</source>
            <translation>Contar…</translation>
        </message>
        <message>
            <source>Decide…</source>
            <translation>Decidir…</translation>
        </message>
        <message>
            <source>Movements</source>
            <translation>Movimientos</translation>
        </message>
        <message>
            <source>No price yet</source>
            <translation>Aún sin precio</translation>
        </message>
        <message>
            <source>Nothing has moved here yet.</source>
            <translation>Aquí aún no se ha movido nada.</translation>
        </message>
        <message>
            <source>Receive or adjust…</source>
            <translation>Recibir o ajustar…</translation>
        </message>
        <message>
            <source>Send away…</source>
            <translation>Enviar a otra…</translation>
        </message>
        <message>
            <source>Sent to {place}. Saved on this till.</source>
            <translation>Enviado a {place}. Guardado en esta caja.</translation>
        </message>
        <message>
            <source>Sold more than counted</source>
            <translation>Vendido más de lo contado</translation>
        </message>
        <message>
            <source>Two counts or changes disagree. Somebody has to decide.</source>
            <translation>Dos recuentos o cambios no coinciden. Alguien tiene que decidir.</translation>
        </message>
        <message>
            <source>not confirmed yet</source>
            <translation>aún sin confirmar</translation>
        </message>
        <message>
            <source>on hand here</source>
            <translation>existencias aquí</translation>
        </message>
        <message>
            <source>{place}: not asked yet</source>
            <translation>{place}: aún sin preguntar</translation>
        </message>
        <message>
            <source>{place}: {quantity}, as of {time}</source>
            <translation>{place}: {quantity}, a las {time}</translation>
        </message>
    </context>
    <context>
        <name>StockForm</name>
        <message>
            <source>Cancel</source>
            <translation>Cancelar</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>Nota</translation>
        </message>
        <message>
            <source>Note, if it helps</source>
            <translation>Nota, si ayuda</translation>
        </message>
    </context>
    <context>
        <name>StockList</name>
        <message>
            <source>Stock</source>
            <translation>Existencias</translation>
        </message>
    </context>
    <context>
        <name>StockModel</name>
        <message numerus="yes">
            <source>%n not sent</source>
            <translation>
                <numerusform>%n sin enviar</numerusform>
                <numerusform>%n sin enviar</numerusform>
            </translation>
        </message>
        <message>
            <source>Nothing found. Try three letters or more of the name, or part of the code.</source>
            <translation>No se ha encontrado nada. Pruebe con tres letras o más del nombre, o con parte del código.</translation>
        </message>
        <message>
            <source>Nothing is low.</source>
            <translation>No queda poco de nada.</translation>
        </message>
        <message>
            <source>Nothing was sold more than counted.</source>
            <translation>No se ha vendido nada por encima de lo contado.</translation>
        </message>
        <message>
            <source>sold more than counted</source>
            <translation>vendido más de lo contado</translation>
        </message>
        <message>
            <source>to be decided</source>
            <translation>por decidir</translation>
        </message>
    </context>
    <context>
        <name>StockPage</name>
        <message numerus="yes">
            <source>%n product(s) at this till</source>
            <translation>
                <numerusform>%n producto en esta caja</numerusform>
                <numerusform>%n productos en esta caja</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) listed</source>
            <translation>
                <numerusform>%n producto en la lista</numerusform>
                <numerusform>%n productos en la lista</numerusform>
            </translation>
        </message>
        <message>
            <source>All</source>
            <translation>Todo</translation>
        </message>
        <message>
            <source>Below zero</source>
            <translation>Bajo cero</translation>
        </message>
        <message>
            <source>Count by scanning…</source>
            <translation>Contar escaneando…</translation>
        </message>
        <message>
            <source>Low</source>
            <translation>Pocos</translation>
        </message>
        <message>
            <source>Made twice…</source>
            <translation>Repetidos…</translation>
        </message>
        <message>
            <source>Name, code or barcode</source>
            <translation>Nombre, referencia o código</translation>
        </message>
        <message>
            <source>No product has the code {code}.</source>
            <translation>Ningún producto tiene el código {code}.</translation>
        </message>
    </context>
    <context>
        <name>SyncCentre</name>
        <message>
            <source>Changed and sent again. The refused one stays in the history.</source>
            <translation>Cambiado y enviado de nuevo. El rechazado queda en el historial.</translation>
        </message>
        <message>
            <source>Conflicts</source>
            <translation>Conflictos</translation>
        </message>
        <message>
            <source>Details…</source>
            <translation>Detalles…</translation>
        </message>
        <message>
            <source>Diagnostics</source>
            <translation>Diagnóstico</translation>
        </message>
        <message>
            <source>Discarded: {what}. It is kept for 90 days, and exported to {path}.</source>
            <translation>Descartado: {what}. Se conserva 90 días y se ha exportado a {path}.</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>Exportar</translation>
        </message>
        <message>
            <source>Exported to {path}, with its checksum beside it.</source>
            <translation>Exportado a {path}, con su suma de comprobación al lado.</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>Exportar…</translation>
        </message>
        <message>
            <source>It could not be saved: {why}</source>
            <translation>No se ha podido guardar: {why}</translation>
        </message>
        <message>
            <source>Last complete sync: {time}</source>
            <translation>Última sincronización completa: {time}</translation>
        </message>
        <message>
            <source>Looking at everything…</source>
            <translation>Revisándolo todo…</translation>
        </message>
        <message>
            <source>Needs attention</source>
            <translation>Requiere atención</translation>
        </message>
        <message>
            <source>Not completely synced yet</source>
            <translation>Aún sin sincronización completa</translation>
        </message>
        <message>
            <source>Nothing is waiting: the server has everything.</source>
            <translation>No hay nada en espera: el servidor lo tiene todo.</translation>
        </message>
        <message>
            <source>Nothing needs attention.</source>
            <translation>Nada requiere atención.</translation>
        </message>
        <message>
            <source>Oldest unsent: {time}</source>
            <translation>Lo más antiguo sin enviar: {time}</translation>
        </message>
        <message>
            <source>Sent</source>
            <translation>Enviado</translation>
        </message>
        <message>
            <source>Support bundle</source>
            <translation>Paquete de soporte</translation>
        </message>
        <message>
            <source>The clock is right</source>
            <translation>El reloj va bien</translation>
        </message>
        <message>
            <source>The oldest {shown} of {count}.</source>
            <translation>Los {shown} más antiguos de {count}.</translation>
        </message>
        <message>
            <source>The support bundle is in {path}. It holds no names, prices or customers.</source>
            <translation>El paquete de soporte está en {path}. No contiene nombres, precios ni clientes.</translation>
        </message>
        <message>
            <source>This till’s clock is {minutes} min fast.</source>
            <translation>El reloj de esta caja va {minutes} min adelantado.</translation>
        </message>
        <message>
            <source>This till’s clock is {minutes} min slow.</source>
            <translation>El reloj de esta caja va {minutes} min atrasado.</translation>
        </message>
        <message>
            <source>Try now</source>
            <translation>Intentar ahora</translation>
        </message>
        <message>
            <source>Trying now.</source>
            <translation>Intentándolo ahora.</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>En espera</translation>
        </message>
        <message>
            <source>What was sent is listed here for 90 days.</source>
            <translation>Lo enviado aparece aquí durante 90 días.</translation>
        </message>
        <message>
            <source>{what} is off the list. It stays in the log.</source>
            <translation>{what} ya no está en la lista. Queda en el registro.</translation>
        </message>
    </context>
    <context>
        <name>TenderPanel</name>
        <message>
            <source>Amount</source>
            <translation>Importe</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Atrás</translation>
        </message>
        <message>
            <source>Cash given</source>
            <translation>Efectivo entregado</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>Cambio</translation>
        </message>
        <message>
            <source>Give cash</source>
            <translation>Dar efectivo</translation>
        </message>
        <message>
            <source>In cash {amount} (rounded by {difference})</source>
            <translation>En efectivo {amount} (redondeo {difference})</translation>
        </message>
        <message>
            <source>Reference</source>
            <translation>Referencia</translation>
        </message>
        <message>
            <source>Still missing</source>
            <translation>Falta</translation>
        </message>
        <message>
            <source>Take part in cash</source>
            <translation>Cobrar parte en efectivo</translation>
        </message>
        <message>
            <source>Take this payment back</source>
            <translation>Retirar este pago</translation>
        </message>
        <message>
            <source>To give back</source>
            <translation>A devolver</translation>
        </message>
        <message>
            <source>To pay</source>
            <translation>A pagar</translation>
        </message>
        <message>
            <source>from the terminal’s slip</source>
            <translation>del ticket del datáfono</translation>
        </message>
    </context>
    <context>
        <name>TransferForm</name>
        <message>
            <source>On hand after this: {quantity}</source>
            <translation>Existencias después: {quantity}</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>Cantidad</translation>
        </message>
        <message>
            <source>Send</source>
            <translation>Enviar</translation>
        </message>
        <message>
            <source>Send to another shop</source>
            <translation>Enviar a otra tienda</translation>
        </message>
        <message>
            <source>This shop has no other place.</source>
            <translation>Esta tienda no tiene otro local.</translation>
        </message>
        <message>
            <source>To</source>
            <translation>A</translation>
        </message>
        <message>
            <source>Type how much is sent.</source>
            <translation>Escriba cuánto se envía.</translation>
        </message>
    </context>
    <context>
        <name>UnreadLine</name>
        <message numerus="yes">
            <source>%n notice(s)</source>
            <translation>
                <numerusform>%n aviso</numerusform>
                <numerusform>%n avisos</numerusform>
            </translation>
        </message>
        <message>
            <source>All notices</source>
            <translation>Todos los avisos</translation>
        </message>
    </context>
    <context>
        <name>WhichProduct</name>
        <message>
            <source>None of them</source>
            <translation>Ninguno de ellos</translation>
        </message>
        <message>
            <source>Products with this code</source>
            <translation>Productos con este código</translation>
        </message>
    </context>
    <context>
        <name>account</name>
        <message>
            <source>Now the code that your authenticator app shows, or one of your recovery codes.</source>
            <translation>Ahora el código que muestra su aplicación de autenticación, o uno de sus códigos de recuperación.</translation>
        </message>
        <message>
            <source>The server did not take this. Nothing was changed.</source>
            <translation>El servidor no lo aceptó. No se cambió nada.</translation>
        </message>
        <message>
            <source>The shop wants a second factor of this account, which has to be set up first: in the settings, under “You”.</source>
            <translation>La tienda exige un segundo factor a esta cuenta, que antes hay que configurar: en los ajustes, en «Usted».</translation>
        </message>
        <message>
            <source>This account may not do this. Nothing was changed.</source>
            <translation>Esta cuenta no puede hacer esto. No se cambió nada.</translation>
        </message>
        <message>
            <source>This needs the server, which does not answer. Try it again with a connection.</source>
            <translation>Para esto hace falta el servidor, que no responde. Inténtelo de nuevo con conexión.</translation>
        </message>
        <message>
            <source>This server is too old for this: whoever runs it has to update it first.</source>
            <translation>Este servidor es demasiado antiguo para esto: quien lo administra debe actualizarlo antes.</translation>
        </message>
        <message>
            <source>This till and its server are of different ages: one of them has to be updated first.</source>
            <translation>Esta caja y su servidor son de versiones distintas: antes hay que actualizar uno de los dos.</translation>
        </message>
        <message>
            <source>User name or password is not right.</source>
            <translation>El nombre de usuario o la contraseña no es correcto.</translation>
        </message>
        <message>
            <source>User name, password or code is not right. Each code works once: wait for the next one.</source>
            <translation>El nombre de usuario, la contraseña o el código no es correcto. Cada código sirve una vez: espere al siguiente.</translation>
        </message>
    </context>
    <context>
        <name>agent</name>
        <message>
            <source>It is too large for the server. Nothing is lost: it is kept on this till, and can be exported.</source>
            <translation>Es demasiado grande para el servidor. No se pierde nada: se queda en esta caja y se puede exportar.</translation>
        </message>
        <message>
            <source>Sending has a fault ({what}); it was started again.</source>
            <translation>El envío tiene un fallo ({what}); se ha reiniciado.</translation>
        </message>
        <message>
            <source>Something needs to be looked at ({code}).</source>
            <translation>Hay algo que revisar ({code}).</translation>
        </message>
        <message numerus="yes">
            <source>The server failed on it %n time(s), while others passed.</source>
            <translation>
                <numerusform>El servidor falló con él %n vez, mientras otros pasaban.</numerusform>
                <numerusform>El servidor falló con él %n veces, mientras otros pasaban.</numerusform>
            </translation>
        </message>
        <message>
            <source>The server refused an operation.</source>
            <translation>El servidor rechazó una operación.</translation>
        </message>
        <message numerus="yes">
            <source>The server was restored from a backup and had lost %n entry(ies) of this till. All were sent again; nothing is missing.</source>
            <translation>
                <numerusform>El servidor se restauró desde una copia y había perdido %n apunte de esta caja. Se envió de nuevo; no falta nada.</numerusform>
                <numerusform>El servidor se restauró desde una copia y había perdido %n apuntes de esta caja. Se enviaron de nuevo; no falta nada.</numerusform>
            </translation>
        </message>
        <message>
            <source>The server was restored from a backup, and these settings of the shop are as they were then: {settings}. Look whether they are right.</source>
            <translation>El servidor se restauró desde una copia de seguridad, y estos ajustes de la tienda están como entonces: {settings}. Revise si son correctos.</translation>
        </message>
        <message>
            <source>This system has no keyring, so the key to this till's credentials lies in a file that only its owner may read. Whoever can read this folder can be this till.</source>
            <translation>Este sistema no tiene llavero, así que la clave de las credenciales de esta caja está en un archivo que solo puede leer su dueño. Quien pueda leer esta carpeta puede hacerse pasar por esta caja.</translation>
        </message>
        <message>
            <source>This till's copy of the shop differs from the server's.</source>
            <translation>La copia de la tienda en esta caja difiere de la del servidor.</translation>
        </message>
        <message>
            <source>This till's copy of the shop was not right; it is fetched anew.</source>
            <translation>La copia de la tienda en esta caja no era correcta; se descarga de nuevo.</translation>
        </message>
    </context>
    <context>
        <name>clock</name>
        <message>
            <source>This computer’s clock has jumped by more than a week. Nothing old is deleted until it agrees with the server for a day, or a manager says that it is right, nor in the 24 hours after that.</source>
            <translation>El reloj de este equipo ha saltado más de una semana. No se borra nada antiguo hasta que coincida con el servidor durante un día o un encargado diga que va bien, ni en las 24 horas siguientes.</translation>
        </message>
    </context>
    <context>
        <name>conflicts</name>
        <message>
            <source>Server</source>
            <translation>Servidor</translation>
        </message>
        <message>
            <source>The other till</source>
            <translation>La otra caja</translation>
        </message>
        <message>
            <source>This till</source>
            <translation>Esta caja</translation>
        </message>
    </context>
    <context>
        <name>counts</name>
        <message>
            <source>Count</source>
            <translation>Contar</translation>
        </message>
    </context>
    <context>
        <name>endings</name>
        <message>
            <source>A completed sale cannot be discarded: the goods have left the shop. Try it again, or export it.</source>
            <translation>Una venta terminada no se puede descartar: la mercancía ya salió de la tienda. Inténtelo de nuevo o expórtela.</translation>
        </message>
        <message>
            <source>A completed sale is never changed. Refund it instead.</source>
            <translation>Una venta terminada no se cambia nunca. Haga una devolución.</translation>
        </message>
        <message>
            <source>A completed sale is never taken back. Refund it instead.</source>
            <translation>Una venta terminada no se retira nunca. Haga una devolución.</translation>
        </message>
        <message>
            <source>A deletion is tried again or discarded: there is nothing in it to change.</source>
            <translation>Una eliminación se intenta de nuevo o se descarta: no contiene nada que cambiar.</translation>
        </message>
        <message>
            <source>Entries of this kind are tried again or discarded, not changed.</source>
            <translation>Los apuntes de este tipo se intentan de nuevo o se descartan, no se cambian.</translation>
        </message>
        <message>
            <source>This entry is not on this till.</source>
            <translation>Este apunte no está en esta caja.</translation>
        </message>
        <message>
            <source>This entry needs nobody's attention: it was sent meanwhile, or it still waits.</source>
            <translation>Este apunte no requiere la atención de nadie: se envió entretanto, o aún está en espera.</translation>
        </message>
    </context>
    <context>
        <name>enrolment</name>
        <message>
            <source>An address has no user name and no password in it: leave out what stands before the @.</source>
            <translation>Una dirección no lleva usuario ni contraseña: quite lo que está delante de la @.</translation>
        </message>
        <message>
            <source>The connection to {server} is not encrypted: others in the network can read passwords and sales. Ask whoever runs the server for its https:// address, and enrol this till again with it.</source>
            <translation>La conexión con {server} no está cifrada: otros en la red pueden leer contraseñas y ventas. Pida a quien lleva el servidor su dirección https:// y vuelva a configurar esta caja con ella.</translation>
        </message>
        <message>
            <source>The password or the PIN is too easy to guess. Take a few words that do not belong together, and a PIN without rows, repeats, years or dates.</source>
            <translation>La contraseña o el PIN son demasiado fáciles de adivinar. Elija unas palabras que no tengan relación, y un PIN sin series, repeticiones, años ni fechas.</translation>
        </message>
        <message>
            <source>This code is not right, or it was used already, or it is over. Ask for a new one.</source>
            <translation>Este código no es correcto, ya se usó o ha caducado. Pida uno nuevo.</translation>
        </message>
        <message>
            <source>Type the server’s address first.</source>
            <translation>Escriba primero la dirección del servidor.</translation>
        </message>
        <message>
            <source>“{given}” is not an address of a server. It looks like https://tills.example.com.</source>
            <translation>«{given}» no es la dirección de un servidor. Es algo como https://tills.example.com.</translation>
        </message>
        <message>
            <source>“{given}” is not an address of a server: it begins with https://.</source>
            <translation>«{given}» no es la dirección de un servidor: empieza por https://.</translation>
        </message>
        <message>
            <source>“{given}” is not encrypted: everybody in the network could read the password, and whatever this till sends. Use an address with https://, or tick the box below to do without encryption.</source>
            <translation>«{given}» no está cifrado: cualquiera en la red podría leer la contraseña y todo lo que envía esta caja. Use una dirección con https://, o marque la casilla de abajo para prescindir del cifrado.</translation>
        </message>
        <message>
            <source>“{given}” says too much: only the server is named, as in https://tills.example.com.</source>
            <translation>«{given}» dice demasiado: solo se nombra el servidor, como en https://tills.example.com.</translation>
        </message>
    </context>
    <context>
        <name>errors</name>
        <message numerus="yes">
            <source>%n product(s) have the code {code}. Which is it?</source>
            <translation>
                <numerusform>%n producto tiene el código {code}. ¿Cuál es?</numerusform>
                <numerusform>%n productos tienen el código {code}. ¿Cuál es?</numerusform>
            </translation>
        </message>
        <message>
            <source>A discount cannot be more than the whole price.</source>
            <translation>Un descuento no puede superar el precio entero.</translation>
        </message>
        <message>
            <source>A float cannot be less than nothing.</source>
            <translation>Un fondo de caja no puede ser menor que nada.</translation>
        </message>
        <message>
            <source>A payment cannot be negative.</source>
            <translation>Un pago no puede ser negativo.</translation>
        </message>
        <message>
            <source>A price cannot be less than nothing.</source>
            <translation>Un precio no puede ser menor que nada.</translation>
        </message>
        <message>
            <source>A product needs a name.</source>
            <translation>Un producto necesita un nombre.</translation>
        </message>
        <message>
            <source>A quantity must be more than nothing.</source>
            <translation>Una cantidad tiene que ser mayor que nada.</translation>
        </message>
        <message>
            <source>A shift is open at this till already.</source>
            <translation>En esta caja ya hay un turno abierto.</translation>
        </message>
        <message>
            <source>An adjustment by nothing changes nothing.</source>
            <translation>Un ajuste de cero no cambia nada.</translation>
        </message>
        <message>
            <source>At most {most} payments fit: this one has to be the rest.</source>
            <translation>Caben {most} pagos como máximo: este tiene que ser todo lo que falta.</translation>
        </message>
        <message>
            <source>Choose what goes back first.</source>
            <translation>Elija primero lo que se devuelve.</translation>
        </message>
        <message>
            <source>Choose what is sent first.</source>
            <translation>Elija primero lo que se envía.</translation>
        </message>
        <message>
            <source>It changed again. Here is the new comparison.</source>
            <translation>Ha vuelto a cambiar. Aquí está la nueva comparación.</translation>
        </message>
        <message>
            <source>Less than nothing cannot be counted.</source>
            <translation>No se puede contar menos que nada.</translation>
        </message>
        <message>
            <source>Less than nothing cannot lie in the drawer.</source>
            <translation>En el cajón no puede haber menos que nada.</translation>
        </message>
        <message>
            <source>More than was sold cannot go back. Look at the receipt again.</source>
            <translation>No se puede devolver más de lo vendido. Mire el ticket otra vez.</translation>
        </message>
        <message>
            <source>No product has the code {code}.</source>
            <translation>Ningún producto tiene el código {code}.</translation>
        </message>
        <message>
            <source>No shift is open at this till.</source>
            <translation>En esta caja no hay ningún turno abierto.</translation>
        </message>
        <message>
            <source>Only a manager may {what}.</source>
            <translation>Solo un encargado puede {what}.</translation>
        </message>
        <message>
            <source>Only an administrator may {what}.</source>
            <translation>Solo un administrador puede {what}.</translation>
        </message>
        <message>
            <source>Say how many there are.</source>
            <translation>Diga cuántos hay.</translation>
        </message>
        <message>
            <source>Say how much was given.</source>
            <translation>Diga cuánto le han dado.</translation>
        </message>
        <message>
            <source>Say how much was paid.</source>
            <translation>Diga cuánto se pagó.</translation>
        </message>
        <message>
            <source>Say how much.</source>
            <translation>Diga cuánto.</translation>
        </message>
        <message>
            <source>Say why. Whoever looks for it later will want to know.</source>
            <translation>Diga por qué. Quien lo busque más tarde querrá saberlo.</translation>
        </message>
        <message>
            <source>Several receipts have this number. Choose which.</source>
            <translation>Varios tickets tienen este número. Elija cuál.</translation>
        </message>
        <message>
            <source>Several tax rates are called “{name}”. Write the key of the right one: {keys}</source>
            <translation>Varios tipos de impuesto se llaman «{name}». Escriba la clave del correcto: {keys}</translation>
        </message>
        <message>
            <source>So much is not left of what was paid: more went back of it elsewhere.</source>
            <translation>De lo pagado no queda tanto: en otro lugar se devolvió más.</translation>
        </message>
        <message>
            <source>That PIN is not right. Try again.</source>
            <translation>Ese PIN no es correcto. Pruebe de nuevo.</translation>
        </message>
        <message>
            <source>That is {amount} more than is due; only cash gives change.</source>
            <translation>Son {amount} más de lo debido; solo el efectivo da cambio.</translation>
        </message>
        <message>
            <source>That line is no longer in the cart.</source>
            <translation>Esa línea ya no está en la cesta.</translation>
        </message>
        <message>
            <source>That quantity is more than the till can handle.</source>
            <translation>Esa cantidad es más de lo que la caja puede manejar.</translation>
        </message>
        <message>
            <source>That sale was taken back already.</source>
            <translation>Esa venta ya se recuperó.</translation>
        </message>
        <message>
            <source>The article number {code} is on “{name}” already.</source>
            <translation>El número de artículo {code} ya lo tiene «{name}».</translation>
        </message>
        <message>
            <source>The barcode {code} is on “{name}” already.</source>
            <translation>El código de barras {code} ya lo tiene «{name}».</translation>
        </message>
        <message>
            <source>The brackets in “{line}” hold no key. Write it after the name, like this: Standard [std] = 20 %</source>
            <translation>Los corchetes de «{line}» no contienen ninguna clave. Escríbala después del nombre, así: General [std] = 20 %</translation>
        </message>
        <message>
            <source>The program has a fault, and this was not finished. What was entered is still here: try again.</source>
            <translation>El programa tiene un fallo y esto no se terminó. Lo introducido sigue aquí: inténtelo de nuevo.</translation>
        </message>
        <message>
            <source>The reasons of this line are too long together: at most {most} characters fit.</source>
            <translation>Los motivos de esta línea son demasiado largos juntos: caben {most} caracteres como máximo.</translation>
        </message>
        <message>
            <source>The receipt {receipt} is not on this till. It may be of another shop, or older.</source>
            <translation>El ticket {receipt} no está en esta caja. Puede ser de otra tienda o más antiguo.</translation>
        </message>
        <message>
            <source>There is nothing in the cart yet.</source>
            <translation>La cesta está vacía.</translation>
        </message>
        <message numerus="yes">
            <source>There is room for %n quick key(s). Take one away first.</source>
            <translation>
                <numerusform>Solo cabe %n tecla rápida. Quite antes una.</numerusform>
                <numerusform>Solo caben %n teclas rápidas. Quite antes una.</numerusform>
            </translation>
        </message>
        <message>
            <source>There is something in the cart. Finish that sale or hold it first.</source>
            <translation>Hay algo en la cesta. Termine esa venta o déjela en espera primero.</translation>
        </message>
        <message>
            <source>There is stock or history of “{product}” in its unit, which would be misread by another. Leave its unit and add another product for the other.</source>
            <translation>Hay existencias o historial de «{product}» en su unidad, que con otra se leerían mal. Deje su unidad y añada otro producto para la otra.</translation>
        </message>
        <message>
            <source>They are one article already.</source>
            <translation>Ya son un solo artículo.</translation>
        </message>
        <message>
            <source>They are sold by different units: they are two articles.</source>
            <translation>Se venden en unidades distintas: son dos artículos.</translation>
        </message>
        <message>
            <source>They are two articles already.</source>
            <translation>Ya son dos artículos.</translation>
        </message>
        <message>
            <source>This PIN cannot be checked. A manager can set a new one.</source>
            <translation>Este PIN no se puede comprobar. Un encargado puede poner uno nuevo.</translation>
        </message>
        <message>
            <source>This account may not sign in here any more. Ask a manager.</source>
            <translation>Esta cuenta ya no puede entrar aquí. Pregunte a un encargado.</translation>
        </message>
        <message>
            <source>This cannot be completed as it is: a text or a figure in it does not fit. Change it, or make it two sales.</source>
            <translation>Así no se puede terminar: un texto o una cifra no cabe. Cámbielo o haga dos ventas.</translation>
        </message>
        <message>
            <source>This comes to more than the till can handle.</source>
            <translation>Esto suma más de lo que la caja puede manejar.</translation>
        </message>
        <message>
            <source>This count is finished already.</source>
            <translation>Este recuento ya está terminado.</translation>
        </message>
        <message>
            <source>This is sold by the piece: use a whole number.</source>
            <translation>Esto se vende por unidades: use un número entero.</translation>
        </message>
        <message>
            <source>This is sold by “{unit}”, which this till cannot count in. Update this till, then try again.</source>
            <translation>Esto se vende por «{unit}», unidad que esta caja no conoce. Actualice esta caja e inténtelo de nuevo.</translation>
        </message>
        <message>
            <source>This lets more pass unchecked. An administrator changes it, with a connection.</source>
            <translation>Esto deja pasar más sin control. Lo cambia un administrador, con conexión.</translation>
        </message>
        <message>
            <source>This product is not in the catalogue.</source>
            <translation>Este producto no está en el catálogo.</translation>
        </message>
        <message>
            <source>This sale cannot be voided any more. Refund it instead.</source>
            <translation>Esta venta ya no se puede anular. Haga una devolución.</translation>
        </message>
        <message>
            <source>This sale has too many lines for one receipt. Split it into two.</source>
            <translation>Esta venta tiene demasiadas líneas para un ticket. Divídala en dos.</translation>
        </message>
        <message>
            <source>This sale is finished already. Its receipt is in the list.</source>
            <translation>Esta venta ya está terminada. Su recibo está en la lista.</translation>
        </message>
        <message>
            <source>This sale needs too many approvals for one receipt. Split it into two.</source>
            <translation>Esta venta necesita demasiadas autorizaciones para un solo recibo. Divídala en dos.</translation>
        </message>
        <message>
            <source>This till does not know your role. Ask a manager to let you {what}.</source>
            <translation>Este terminal no conoce su función. Pida a un encargado que le permita {what}.</translation>
        </message>
        <message>
            <source>This was decided already. Nothing is left to choose.</source>
            <translation>Esto ya se decidió. No queda nada que elegir.</translation>
        </message>
        <message numerus="yes">
            <source>Too many tries. Wait %n minute(s), and try again.</source>
            <translation>
                <numerusform>Demasiados intentos. Espere %n minuto y pruebe de nuevo.</numerusform>
                <numerusform>Demasiados intentos. Espere %n minutos y pruebe de nuevo.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Too many wrong PINs. Try again in %n second(s).</source>
            <translation>
                <numerusform>Demasiados PIN incorrectos. Pruebe de nuevo en %n segundo.</numerusform>
                <numerusform>Demasiados PIN incorrectos. Pruebe de nuevo en %n segundos.</numerusform>
            </translation>
        </message>
        <message>
            <source>Too much was counted of {figures}. The largest quantity of this shop is {most}. Look at the figures again; an admin can set another bound.</source>
            <translation>Se ha contado demasiado de {figures}. La cantidad máxima de esta tienda es {most}. Revise las cifras; un administrador puede fijar otro límite.</translation>
        </message>
        <message>
            <source>Two tax rates are called “{name}”. Give each a name of its own.</source>
            <translation>Dos tipos de impuesto se llaman «{name}». Dé a cada uno un nombre propio.</translation>
        </message>
        <message>
            <source>Type a number first.</source>
            <translation>Escriba primero un número.</translation>
        </message>
        <message>
            <source>Type a number of minutes from 0 to {most}.</source>
            <translation>Escriba un número de minutos de 0 a {most}.</translation>
        </message>
        <message>
            <source>Type an amount of money first.</source>
            <translation>Escriba primero un importe.</translation>
        </message>
        <message>
            <source>Type its own number first.</source>
            <translation>Escriba primero su propio número.</translation>
        </message>
        <message>
            <source>[{key}] is in two lines. Write each tax rate once.</source>
            <translation>[{key}] está en dos líneas. Escriba cada tipo de impuesto una sola vez.</translation>
        </message>
        <message>
            <source>[{key}] is the key of no tax rate. Write a new one without brackets: Standard = 20 %</source>
            <translation>[{key}] no es la clave de ningún tipo de impuesto. Escriba uno nuevo sin corchetes: General = 20 %</translation>
        </message>
        <message>
            <source>barcode was turned into {code} by a spreadsheet; export the column as text</source>
            <translation>una hoja de cálculo convirtió el código de barras en {code}; exporte la columna como texto</translation>
        </message>
        <message>
            <source>barcode was turned into {code} by a spreadsheet; the digits are lost</source>
            <translation>una hoja de cálculo convirtió el código de barras en {code}; las cifras se han perdido</translation>
        </message>
        <message>
            <source>barcode {code} has a wrong check digit: {expected} would be right as the last one</source>
            <translation>el código de barras {code} tiene mal la cifra de control: la última debería ser {expected}</translation>
        </message>
        <message>
            <source>barcode {code} has a wrong check digit; as a UPC-E code it is {expected}</source>
            <translation>el código de barras {code} tiene mal la cifra de control; como código UPC-E es {expected}</translation>
        </message>
        <message>
            <source>barcode {code} has {digits} digits; a barcode has 8, 12, 13 or 14</source>
            <translation>el código de barras {code} tiene {digits} cifras; un código de barras tiene 8, 12, 13 o 14</translation>
        </message>
        <message>
            <source>barcode {code} has {digits} digits; was it {expected} before its leading zeros were lost?</source>
            <translation>el código de barras {code} tiene {digits} cifras; ¿era {expected} antes de perder los ceros de la izquierda?</translation>
        </message>
        <message>
            <source>barcode {code} is nothing but zeros</source>
            <translation>el código de barras {code} son solo ceros</translation>
        </message>
        <message>
            <source>barcode “{code}” is not made of digits alone</source>
            <translation>el código de barras «{code}» no consta solo de cifras</translation>
        </message>
        <message>
            <source>{amount} is more than the largest amount of this shop, {most}. Look at the figure again; an admin can set another bound.</source>
            <translation>{amount} es más que el importe máximo de esta tienda, {most}. Revise la cifra; un administrador puede fijar otro límite.</translation>
        </message>
        <message>
            <source>{amount} is still missing.</source>
            <translation>Aún faltan {amount}.</translation>
        </message>
        <message>
            <source>{amount} more was taken than is due.</source>
            <translation>Se cobraron {amount} más de lo debido.</translation>
        </message>
        <message>
            <source>{name} has no PIN yet. A manager can set one.</source>
            <translation>{name} aún no tiene PIN. Un encargado puede ponérselo.</translation>
        </message>
        <message>
            <source>{quantity} is more than the largest quantity of this shop, {most}. Look at the figure again; an admin can set another bound.</source>
            <translation>{quantity} es más que la cantidad máxima de esta tienda, {most}. Revise la cifra; un administrador puede fijar otro límite.</translation>
        </message>
        <message>
            <source>{receipt} is no sale: only what was sold can go back.</source>
            <translation>{receipt} no es una venta: solo se devuelve lo vendido.</translation>
        </message>
        <message>
            <source>“{line}” is no tax rate. Write it like this: Standard = 20 %; 2027-01-01 = 21 %</source>
            <translation>«{line}» no es un tipo de impuesto. Escríbalo así: Standard = 20 %; 2027-01-01 = 21 %</translation>
        </message>
        <message>
            <source>“{name}” has no price yet, so it cannot be sold. A manager can set one.</source>
            <translation>«{name}» aún no tiene precio, así que no se puede vender. Un encargado puede ponérselo.</translation>
        </message>
        <message>
            <source>“{name}” is a tax rate of the whole shop. Choose the whole shop to remove it.</source>
            <translation>«{name}» es un tipo de impuesto de toda la tienda. Elija toda la tienda para quitarlo.</translation>
        </message>
        <message>
            <source>“{name}” is the tax rate of products ({count}), and cannot be left out. To give it another name, leave its key: [{key}]</source>
            <translation>«{name}» es el tipo de impuesto de productos ({count}) y no se puede quitar. Para darle otro nombre, deje su clave: [{key}]</translation>
        </message>
        <message>
            <source>“{reason}” adds to the stock: give a positive quantity.</source>
            <translation>«{reason}» suma a las existencias: dé una cantidad positiva.</translation>
        </message>
        <message>
            <source>“{reason}” is not a reason for an adjustment.</source>
            <translation>«{reason}» no es motivo para un ajuste.</translation>
        </message>
        <message>
            <source>“{reason}” takes from the stock: give a negative quantity.</source>
            <translation>«{reason}» resta de las existencias: dé una cantidad negativa.</translation>
        </message>
        <message>
            <source>“{setting}” cannot be that. Look at the value again.</source>
            <translation>«{setting}» no puede tener ese valor. Revíselo.</translation>
        </message>
        <message>
            <source>“{text}” has a letter that nobody sees ({letter}). Type it again.</source>
            <translation>«{text}» tiene un carácter que nadie ve ({letter}). Escríbalo de nuevo.</translation>
        </message>
        <message>
            <source>“{text}” is more than 100%.</source>
            <translation>«{text}» es más del 100%.</translation>
        </message>
        <message>
            <source>“{text}” is not a percentage.</source>
            <translation>«{text}» no es un porcentaje.</translation>
        </message>
        <message>
            <source>“{text}” is too long: at most {most} characters fit.</source>
            <translation>«{text}» es demasiado largo: caben {most} caracteres como máximo.</translation>
        </message>
        <message>
            <source>“{written}” could be {first} or {second}. Type it without marks between thousands.</source>
            <translation>«{written}» puede ser {first} o {second}. Escríbalo sin separadores de millares.</translation>
        </message>
        <message numerus="yes">
            <source>“{written}” has more than %n decimal(s).</source>
            <translation>
                <numerusform>«{written}» tiene más de %n decimal.</numerusform>
                <numerusform>«{written}» tiene más de %n decimales.</numerusform>
            </translation>
        </message>
        <message>
            <source>“{written}” is more than the till can handle.</source>
            <translation>«{written}» es más de lo que la caja puede manejar.</translation>
        </message>
        <message>
            <source>“{written}” is not a quantity.</source>
            <translation>«{written}» no es una cantidad.</translation>
        </message>
        <message>
            <source>“{written}” is not an amount of money.</source>
            <translation>«{written}» no es un importe.</translation>
        </message>
    </context>
    <context>
        <name>explanation</name>
        <message>
            <source>Server: no figure yet</source>
            <translation>Servidor: aún sin cifra</translation>
        </message>
        <message>
            <source>Server: {figure}</source>
            <translation>Servidor: {figure}</translation>
        </message>
        <message>
            <source>being sent</source>
            <translation>enviándose</translation>
        </message>
        <message>
            <source>change {number}</source>
            <translation>cambio {number}</translation>
        </message>
        <message>
            <source>not sent yet</source>
            <translation>aún sin enviar</translation>
        </message>
        <message>
            <source>refused, needs attention</source>
            <translation>rechazado, requiere atención</translation>
        </message>
        <message>
            <source>sent</source>
            <translation>enviado</translation>
        </message>
        <message>
            <source>waiting for a decision</source>
            <translation>espera una decisión</translation>
        </message>
        <message>
            <source>waiting for an earlier decision</source>
            <translation>espera una decisión anterior</translation>
        </message>
        <message>
            <source>{figure} {moved} here, {status}</source>
            <translation>{figure} {moved} aquí, {status}</translation>
        </message>
        <message>
            <source>→ {figure} counted here, {status}</source>
            <translation>→ {figure}: contado aquí, {status}</translation>
        </message>
        <message>
            <source>→ {figure} decided here, {status}</source>
            <translation>→ {figure}: decidido aquí, {status}</translation>
        </message>
    </context>
    <context>
        <name>flag</name>
        <message>
            <source>A text in it had letters that nobody sees: they were left out</source>
            <translation>Un texto suyo tenía caracteres que nadie ve: se han quitado</translation>
        </message>
        <message>
            <source>An amount is below zero: {what}</source>
            <translation>Un importe es menor que cero: {what}</translation>
        </message>
        <message>
            <source>An amount is too large to be true: {what}</source>
            <translation>Un importe es demasiado grande para ser cierto: {what}</translation>
        </message>
        <message>
            <source>It has no lines</source>
            <translation>No tiene líneas</translation>
        </message>
        <message>
            <source>It has no payment</source>
            <translation>No tiene ningún pago</translation>
        </message>
        <message>
            <source>It is in {what}, which is not the shop's currency</source>
            <translation>Está en {what}, que no es la moneda de la tienda</translation>
        </message>
        <message>
            <source>It says that it happened on {what}, before this till was there</source>
            <translation>Dice que ocurrió el {what}, antes de que existiera esta caja</translation>
        </message>
        <message>
            <source>It says that it happened on {what}, which is still to come</source>
            <translation>Dice que ocurrió el {what}, que aún no ha llegado</translation>
        </message>
        <message>
            <source>It was rounded by {what}, more than cash is rounded</source>
            <translation>Se redondeó en {what}, más de lo que se redondea el efectivo</translation>
        </message>
        <message>
            <source>It went further than was approved: {what}</source>
            <translation>Fue más allá de lo aprobado: {what}</translation>
        </message>
        <message>
            <source>Its lines come to {what}, not to its total</source>
            <translation>Sus líneas suman {what}, no su total</translation>
        </message>
        <message>
            <source>Its receipt number is not one that a till gives: {what}</source>
            <translation>Su número de recibo no es de los que da una caja: {what}</translation>
        </message>
        <message>
            <source>Its receipt number is of another till: {what}</source>
            <translation>Su número de recibo es de otra caja: {what}</translation>
        </message>
        <message>
            <source>Its shift had been closed before</source>
            <translation>Su turno ya estaba cerrado</translation>
        </message>
        <message>
            <source>Its shift is another till's</source>
            <translation>Su turno es de otra caja</translation>
        </message>
        <message>
            <source>Line {what} was not taxed at the rate of that day</source>
            <translation>La línea {what} no se gravó con el tipo de ese día</translation>
        </message>
        <message>
            <source>More went back of receipt {what} than was paid for it</source>
            <translation>Del ticket {what} se devolvió más de lo pagado</translation>
        </message>
        <message>
            <source>Nobody who may approved it: {what}</source>
            <translation>Nadie autorizado lo aprobó: {what}</translation>
        </message>
        <message>
            <source>Receipt number {what} was used more than once</source>
            <translation>El número de recibo {what} se usó más de una vez</translation>
        </message>
        <message>
            <source>The catalogue did not know {what}</source>
            <translation>El catálogo no conocía {what}</translation>
        </message>
        <message>
            <source>The change of payment {what} cannot be</source>
            <translation>El cambio del pago {what} no es posible</translation>
        </message>
        <message>
            <source>The quantity of line {what} is too large to be true</source>
            <translation>La cantidad de la línea {what} es demasiado grande para ser cierta</translation>
        </message>
        <message>
            <source>The quantity of line {what} is zero or less</source>
            <translation>La cantidad de la línea {what} es cero o menos</translation>
        </message>
        <message>
            <source>The server does not have its shift</source>
            <translation>El servidor no tiene su turno</translation>
        </message>
        <message>
            <source>The server does not have receipt {what}</source>
            <translation>El servidor no tiene el ticket {what}</translation>
        </message>
        <message>
            <source>The server does not know this way of paying: {what}</source>
            <translation>El servidor no conoce esta forma de pago: {what}</translation>
        </message>
        <message>
            <source>The shop does not know {what}, who approved it</source>
            <translation>La tienda no conoce a {what}, que lo aprobó</translation>
        </message>
        <message>
            <source>The shop does not know {what}, who did it</source>
            <translation>La tienda no conoce a {what}, que lo hizo</translation>
        </message>
        <message>
            <source>The tax of its lines comes to {what}, not to its tax</source>
            <translation>El impuesto de sus líneas suma {what}, no su impuesto</translation>
        </message>
        <message>
            <source>The tax of line {what} does not fit its rate</source>
            <translation>El impuesto de la línea {what} no corresponde a su tipo</translation>
        </message>
        <message>
            <source>The tax of line {what} is more than 100 %</source>
            <translation>El impuesto de la línea {what} supera el 100 %</translation>
        </message>
        <message>
            <source>The total of line {what} is not its quantity at its price, less its discount</source>
            <translation>El total de la línea {what} no es su cantidad por su precio, menos su descuento</translation>
        </message>
        <message>
            <source>Too much of {what} for any stock: it was left as it is</source>
            <translation>Demasiado de {what} para cualquier existencia: se dejó como estaba</translation>
        </message>
        <message>
            <source>What went back was no sale: {what}</source>
            <translation>Lo devuelto no era una venta: {what}</translation>
        </message>
        <message>
            <source>Whoever approved it may not: {what}</source>
            <translation>Quien lo aprobó no puede hacerlo: {what}</translation>
        </message>
        <message>
            <source>{what} was being counted: check that count</source>
            <translation>Se estaba contando {what}: revise ese recuento</translation>
        </message>
        <message>
            <source>{what} was deleted from the catalogue</source>
            <translation>{what} se había eliminado del catálogo</translation>
        </message>
        <message>
            <source>{what} was paid, which is not its total</source>
            <translation>Se pagó {what}, que no es su total</translation>
        </message>
        <message>
            <source>{what} was sold by another unit than it has. Its stock was not changed: count it</source>
            <translation>{what} se vendió en una unidad distinta de la suya. Sus existencias no cambiaron: cuéntelo</translation>
        </message>
        <message>
            <source>{what} was voided more than once</source>
            <translation>{what} se anuló más de una vez</translation>
        </message>
        <message>
            <source>{what}, who approved it, did not work here any more</source>
            <translation>{what}, que lo aprobó, ya no trabajaba aquí</translation>
        </message>
        <message>
            <source>{what}, who approved it, does not work at this shop</source>
            <translation>{what}, que lo aprobó, no trabaja en esta tienda</translation>
        </message>
        <message>
            <source>{what}, who did it, did not work here any more</source>
            <translation>{what}, que lo hizo, ya no trabajaba aquí</translation>
        </message>
        <message>
            <source>{what}, who did it, does not work at this shop</source>
            <translation>{what}, que lo hizo, no trabaja en esta tienda</translation>
        </message>
    </context>
    <context>
        <name>kind</name>
        <message numerus="yes">
            <source>%n refund(s)</source>
            <translation>
                <numerusform>%n devolución</numerusform>
                <numerusform>%n devoluciones</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n sale(s)</source>
            <translation>
                <numerusform>%n venta</numerusform>
                <numerusform>%n ventas</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n void(s)</source>
            <translation>
                <numerusform>%n anulación</numerusform>
                <numerusform>%n anulaciones</numerusform>
            </translation>
        </message>
        <message>
            <source>Drawer opened</source>
            <translation>Cajón abierto</translation>
        </message>
        <message>
            <source>Drawer opened without a sale</source>
            <translation>Cajón abierto sin venta</translation>
        </message>
        <message>
            <source>Paid in</source>
            <translation>Ingresado</translation>
        </message>
        <message>
            <source>Paid out</source>
            <translation>Retirado</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>Devolución</translation>
        </message>
        <message>
            <source>Refund done</source>
            <translation>Devolución hecha</translation>
        </message>
        <message>
            <source>Sale</source>
            <translation>Venta</translation>
        </message>
        <message>
            <source>Sale done</source>
            <translation>Venta hecha</translation>
        </message>
        <message>
            <source>Sale voided</source>
            <translation>Venta anulada</translation>
        </message>
        <message>
            <source>Void</source>
            <translation>Anulación</translation>
        </message>
    </context>
    <context>
        <name>merge</name>
        <message>
            <source>Already in this count: {movements}.</source>
            <translation>Ya incluido en este recuento: {movements}.</translation>
        </message>
        <message>
            <source>Before: {figure}.</source>
            <translation>Antes: {figure}.</translation>
        </message>
        <message>
            <source>Both changed {field}: {me} to {mine}, {them} to {theirs}. Suggested: {theirs}, which other tills show already.</source>
            <translation>Ambos cambiaron {field}: {me} a {mine}, {them} a {theirs}. Propuesta: {theirs}, que ya muestran otras cajas.</translation>
        </message>
        <message>
            <source>Both deleted it.</source>
            <translation>Ambos lo eliminaron.</translation>
        </message>
        <message>
            <source>Both have the same number, so they are probably one article.</source>
            <translation>Ambos tienen el mismo número, así que probablemente son un solo artículo.</translation>
        </message>
        <message>
            <source>Both sides say the same.</source>
            <translation>Ambos lados dicen lo mismo.</translation>
        </message>
        <message>
            <source>Keep what the server has (suggested)</source>
            <translation>Dejar lo que tiene el servidor (propuesto)</translation>
        </message>
        <message>
            <source>Leave deleted (suggested)</source>
            <translation>Dejarlo eliminado (propuesto)</translation>
        </message>
        <message>
            <source>Nothing has moved since.</source>
            <translation>Desde entonces no se ha movido nada.</translation>
        </message>
        <message>
            <source>One article, with the server’s values</source>
            <translation>Un solo artículo, con los valores del servidor</translation>
        </message>
        <message>
            <source>Only {person} changed {field}: {before} → {now}.</source>
            <translation>Solo {person} cambió {field}: {before} → {now}.</translation>
        </message>
        <message>
            <source>Others</source>
            <translation>Otros</translation>
        </message>
        <message>
            <source>Restore (suggested)</source>
            <translation>Restaurar (propuesto)</translation>
        </message>
        <message>
            <source>Since that count: {movements}.</source>
            <translation>Desde ese recuento: {movements}.</translation>
        </message>
        <message>
            <source>Since the count: {movements}.</source>
            <translation>Desde el recuento: {movements}.</translation>
        </message>
        <message>
            <source>Somebody else</source>
            <translation>Otra persona</translation>
        </message>
        <message>
            <source>Suggested: restore it. It can be deleted again at any time.</source>
            <translation>Propuesta: restaurarlo. Se puede eliminar de nuevo en cualquier momento.</translation>
        </message>
        <message>
            <source>Suggested: {figure} ({sum}).</source>
            <translation>Propuesta: {figure} ({sum}).</translation>
        </message>
        <message>
            <source>Suggested: {figure} ({sum}: both happened).</source>
            <translation>Propuesta: {figure} ({sum}: ocurrió lo uno y lo otro).</translation>
        </message>
        <message>
            <source>Suggested: {figure}, as the server has it.</source>
            <translation>Propuesta: {figure}, como en el servidor.</translation>
        </message>
        <message>
            <source>Suggested: {figure}.</source>
            <translation>Propuesta: {figure}.</translation>
        </message>
        <message>
            <source>The count by {person} was earlier, so this one stands over it.</source>
            <translation>El recuento de {person} es anterior, así que este vale más.</translation>
        </message>
        <message>
            <source>Use both changes (suggested)</source>
            <translation>Usar ambos cambios (propuesto)</translation>
        </message>
        <message>
            <source>Use the server's (suggested)</source>
            <translation>Usar lo del servidor (propuesto)</translation>
        </message>
        <message>
            <source>Use this till's (suggested)</source>
            <translation>Usar lo de esta caja (propuesto)</translation>
        </message>
        <message>
            <source>Use {figure} (suggested)</source>
            <translation>Usar {figure} (propuesto)</translation>
        </message>
        <message>
            <source>What both sides started from is not known any more. Count it to be sure.</source>
            <translation>Ya no se sabe de qué partían los dos lados. Cuéntelo para estar seguro.</translation>
        </message>
        <message>
            <source>What the server has is not known here. Count it to be sure.</source>
            <translation>Aquí no se sabe qué tiene el servidor. Cuéntelo para estar seguro.</translation>
        </message>
        <message>
            <source>What this till wanted to write is not known.</source>
            <translation>No se sabe qué quería escribir esta caja.</translation>
        </message>
        <message>
            <source>What was sold under the second one then counts on the first, at every till.</source>
            <translation>Lo que se vendió con el segundo cuenta entonces en el primero, en todas las cajas.</translation>
        </message>
        <message>
            <source>You</source>
            <translation>Usted</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>nada</translation>
        </message>
        <message>
            <source>somebody</source>
            <translation>alguien</translation>
        </message>
        <message>
            <source>the article number</source>
            <translation>la referencia</translation>
        </message>
        <message>
            <source>the barcode</source>
            <translation>el código de barras</translation>
        </message>
        <message>
            <source>the name</source>
            <translation>el nombre</translation>
        </message>
        <message>
            <source>the named tax rate</source>
            <translation>el tipo de impuesto con nombre</translation>
        </message>
        <message>
            <source>the price</source>
            <translation>el precio</translation>
        </message>
        <message>
            <source>the tax rate</source>
            <translation>el tipo de impuesto</translation>
        </message>
        <message>
            <source>the unit</source>
            <translation>la unidad</translation>
        </message>
        <message>
            <source>you</source>
            <translation>usted</translation>
        </message>
        <message>
            <source>{deleter} deleted it while {editor} changed it.</source>
            <translation>{deleter} lo eliminó mientras {editor} lo cambiaba.</translation>
        </message>
        <message>
            <source>{person} added {figure} → {now}.</source>
            <translation>{person} sumó {figure} → {now}.</translation>
        </message>
        <message>
            <source>{person} came to {figure} at {time}.</source>
            <translation>{person} llegó a {figure} a las {time}.</translation>
        </message>
        <message>
            <source>{person} came to {figure}.</source>
            <translation>{person} llegó a {figure}.</translation>
        </message>
        <message>
            <source>{person} changed nothing → {now}.</source>
            <translation>{person} no cambió nada → {now}.</translation>
        </message>
        <message>
            <source>{person} counted later at {time}, so that count stands.</source>
            <translation>{person} contó después, a las {time}, así que vale ese recuento.</translation>
        </message>
        <message>
            <source>{person} counted {figure} at {time}.</source>
            <translation>{person} contó {figure} a las {time}.</translation>
        </message>
        <message>
            <source>{person} counted {figure}.</source>
            <translation>{person} contó {figure}.</translation>
        </message>
        <message>
            <source>{person} took {figure} → {now}.</source>
            <translation>{person} restó {figure} → {now}.</translation>
        </message>
    </context>
    <context>
        <name>method</name>
        <message>
            <source>Card</source>
            <translation>Tarjeta</translation>
        </message>
        <message>
            <source>Cash</source>
            <translation>Efectivo</translation>
        </message>
        <message>
            <source>In cash</source>
            <translation>En efectivo</translation>
        </message>
        <message>
            <source>Other</source>
            <translation>Otro</translation>
        </message>
        <message>
            <source>Otherwise</source>
            <translation>De otro modo</translation>
        </message>
        <message>
            <source>Paid by card</source>
            <translation>Pagado con tarjeta</translation>
        </message>
        <message>
            <source>Paid otherwise</source>
            <translation>Pagado de otro modo</translation>
        </message>
        <message>
            <source>Take cash</source>
            <translation>Cobrar efectivo</translation>
        </message>
        <message>
            <source>To the card</source>
            <translation>A la tarjeta</translation>
        </message>
    </context>
    <context>
        <name>notices</name>
        <message>
            <source>An announcement without words</source>
            <translation>Un anuncio sin texto</translation>
        </message>
        <message>
            <source>Maintenance is planned</source>
            <translation>Hay mantenimiento previsto</translation>
        </message>
        <message>
            <source>Prices have changed</source>
            <translation>Han cambiado los precios</translation>
        </message>
        <message>
            <source>Stock was updated</source>
            <translation>Se ha actualizado el stock</translation>
        </message>
    </context>
    <context>
        <name>pages</name>
        <message>
            <source>Notices</source>
            <translation>Avisos</translation>
        </message>
        <message>
            <source>Sell</source>
            <translation>Vender</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>Ajustes</translation>
        </message>
        <message>
            <source>Shift</source>
            <translation>Turno</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>Entrar</translation>
        </message>
        <message>
            <source>Stock</source>
            <translation>Stock</translation>
        </message>
        <message>
            <source>Sync centre</source>
            <translation>Sincronización</translation>
        </message>
    </context>
    <context>
        <name>payment</name>
        <message>
            <source>A tax rate changed while this was rung up. The total is another now.</source>
            <translation>Un tipo de impuesto ha cambiado mientras se registraba. El total es otro ahora.</translation>
        </message>
        <message>
            <source>The shop’s settings have changed. Look at the total, then begin the payment again.</source>
            <translation>Los ajustes de la tienda han cambiado. Mire el total y empiece el pago de nuevo.</translation>
        </message>
    </context>
    <context>
        <name>printing</name>
        <message>
            <source>A USB printer is named by two numbers, like 04b8:0202.</source>
            <translation>Una impresora USB se indica con dos números, como 04b8:0202.</translation>
        </message>
        <message>
            <source>No printer is set up. A manager can do that in Settings.</source>
            <translation>No hay impresora configurada. Un encargado puede hacerlo en Ajustes.</translation>
        </message>
        <message>
            <source>The printer does not answer ({what}). Is it switched on, with paper in it?</source>
            <translation>La impresora no responde ({what}). ¿Está encendida y con papel?</translation>
        </message>
        <message>
            <source>The printer’s address is not complete: host:9100</source>
            <translation>La dirección de la impresora no está completa: host:9100</translation>
        </message>
    </context>
    <context>
        <name>products</name>
        <message>
            <source>Article not known here</source>
            <translation>Artículo que no se conoce aquí</translation>
        </message>
        <message>
            <source>{name} (deleted)</source>
            <translation>{name} (eliminado)</translation>
        </message>
        <message>
            <source>{name} (not known here)</source>
            <translation>{name} (no se conoce aquí)</translation>
        </message>
    </context>
    <context>
        <name>queue</name>
        <message numerus="yes">
            <source>%n item(s)</source>
            <translation>
                <numerusform>%n artículo</numerusform>
                <numerusform>%n artículos</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s)</source>
            <translation>
                <numerusform>%n producto</numerusform>
                <numerusform>%n productos</numerusform>
            </translation>
        </message>
        <message>
            <source>Count of {product}</source>
            <translation>Recuento de {product}</translation>
        </message>
        <message>
            <source>Decision on {product}</source>
            <translation>Decisión sobre {product}</translation>
        </message>
        <message>
            <source>Decision on {product} opened again</source>
            <translation>Reabierta la decisión sobre {product}</translation>
        </message>
        <message>
            <source>Product {product}</source>
            <translation>Producto {product}</translation>
        </message>
        <message>
            <source>Setting “{setting}”</source>
            <translation>Ajuste «{setting}»</translation>
        </message>
        <message>
            <source>Shift closed</source>
            <translation>Turno cerrado</translation>
        </message>
        <message>
            <source>Shift opened</source>
            <translation>Turno abierto</translation>
        </message>
        <message>
            <source>Stock of an unknown product</source>
            <translation>Existencias de un producto desconocido</translation>
        </message>
        <message>
            <source>Stock of {product}</source>
            <translation>Existencias de {product}</translation>
        </message>
        <message>
            <source>The server could not make sense of “{what}”. Look at it, change it and send it again.</source>
            <translation>El servidor no entendió «{what}». Mírelo, cámbielo y envíelo de nuevo.</translation>
        </message>
        <message>
            <source>The server has a fault with “{what}”. Try it again later, or ask whoever runs it.</source>
            <translation>El servidor falla con «{what}». Inténtelo más tarde o pregunte a quien lo lleva.</translation>
        </message>
        <message>
            <source>The server refused it.</source>
            <translation>El servidor lo rechazó.</translation>
        </message>
        <message>
            <source>Transfer to {place}</source>
            <translation>Envío a {place}</translation>
        </message>
        <message>
            <source>What “{what}” builds on was given up. Nothing else is lost; discard this too, or do it anew.</source>
            <translation>Se descartó aquello en lo que se basa «{what}». No se pierde nada más; descarte también esto o hágalo de nuevo.</translation>
        </message>
        <message>
            <source>“{product}” has stock or history, so its unit stays. Edit this entry and choose the unit that it has, or discard it; add another product for the other unit.</source>
            <translation>«{product}» tiene existencias o historial, así que su unidad se queda. Edite esta entrada y elija la unidad que tiene, o descártela; añada otro producto para la otra unidad.</translation>
        </message>
        <message>
            <source>“{product}” was not changed: only a manager may do that. Nothing is lost. Ask a manager to approve it, or discard it.</source>
            <translation>«{product}» no se cambió: solo puede hacerlo un encargado. No se pierde nada. Pida a un encargado que lo apruebe, o descártelo.</translation>
        </message>
        <message>
            <source>“{what}” does not fit what the server has. Look at it, change it and send it again.</source>
            <translation>«{what}» no encaja con lo que tiene el servidor. Mírelo, cámbielo y envíelo de nuevo.</translation>
        </message>
        <message>
            <source>“{what}” was not taken: the server does not know what it is about any more.</source>
            <translation>«{what}» no se aceptó: el servidor ya no sabe de qué se trata.</translation>
        </message>
        <message>
            <source>“{what}” was not taken: whoever did it may not. Ask a manager.</source>
            <translation>«{what}» no se aceptó: quien lo hizo no puede hacerlo. Pregunte a un encargado.</translation>
        </message>
    </context>
    <context>
        <name>readiness</name>
        <message numerus="yes">
            <source>%n (has|have) no price yet.</source>
            <translation>
                <numerusform>%n aún no tiene precio.</numerusform>
                <numerusform>%n aún no tienen precio.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n can sign in here without a connection.</source>
            <translation>
                <numerusform>%n persona puede entrar aquí sin conexión.</numerusform>
                <numerusform>%n personas pueden entrar aquí sin conexión.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n product(s) can be sold.</source>
            <translation>
                <numerusform>Se puede vender %n producto.</numerusform>
                <numerusform>Se pueden vender %n productos.</numerusform>
            </translation>
        </message>
        <message>
            <source>Agrees with the server.</source>
            <translation>Coincide con el servidor.</translation>
        </message>
        <message numerus="yes">
            <source>As of %n hour(s) ago.</source>
            <translation>
                <numerusform>De hace %n hora.</numerusform>
                <numerusform>De hace %n horas.</numerusform>
            </translation>
        </message>
        <message>
            <source>Clock</source>
            <translation>Reloj</translation>
        </message>
        <message>
            <source>Connect this till to the server before you rely on it.</source>
            <translation>Conecte esta caja al servidor antes de confiar en ella.</translation>
        </message>
        <message>
            <source>Disk</source>
            <translation>Disco</translation>
        </message>
        <message>
            <source>Free some space, or sales will be refused.</source>
            <translation>Libere espacio, o se rechazarán ventas.</translation>
        </message>
        <message numerus="yes">
            <source>It is %n minute(s) off. Set this computer’s clock.</source>
            <translation>
                <numerusform>Va desviado %n minuto. Ponga en hora este ordenador.</numerusform>
                <numerusform>Va desviado %n minutos. Ponga en hora este ordenador.</numerusform>
            </translation>
        </message>
        <message>
            <source>No manager has a PIN, so nobody can approve anything.</source>
            <translation>Ningún encargado tiene PIN, así que nadie puede aprobar nada.</translation>
        </message>
        <message>
            <source>None is set up. Receipts are shown on the screen.</source>
            <translation>No hay ninguna configurada. Los tickets se muestran en la pantalla.</translation>
        </message>
        <message>
            <source>Not fetched yet. Connect this till to the server once.</source>
            <translation>Aún sin descargar. Conecte esta caja al servidor una vez.</translation>
        </message>
        <message>
            <source>People</source>
            <translation>Personas</translation>
        </message>
        <message>
            <source>Prices</source>
            <translation>Precios</translation>
        </message>
        <message>
            <source>Printer</source>
            <translation>Impresora</translation>
        </message>
        <message>
            <source>Products and stock</source>
            <translation>Productos y existencias</translation>
        </message>
        <message>
            <source>There are no products yet.</source>
            <translation>Aún no hay productos.</translation>
        </message>
        <message>
            <source>Up to date.</source>
            <translation>Al día.</translation>
        </message>
        <message>
            <source>{size} GB free.</source>
            <translation>{size} GB libres.</translation>
        </message>
    </context>
    <context>
        <name>reason</name>
        <message>
            <source>Correction</source>
            <translation>Corrección</translation>
        </message>
        <message>
            <source>Correction (− takes away)</source>
            <translation>Corrección (− resta)</translation>
        </message>
        <message>
            <source>Count</source>
            <translation>Recuento</translation>
        </message>
        <message>
            <source>Decision</source>
            <translation>Decisión</translation>
        </message>
        <message>
            <source>Found</source>
            <translation>Encontrado</translation>
        </message>
        <message>
            <source>From another shop</source>
            <translation>Desde otra tienda</translation>
        </message>
        <message>
            <source>Goods in</source>
            <translation>Entrada de mercancía</translation>
        </message>
        <message>
            <source>Refund</source>
            <translation>Devolución</translation>
        </message>
        <message>
            <source>Sale</source>
            <translation>Venta</translation>
        </message>
        <message>
            <source>To another shop</source>
            <translation>A otra tienda</translation>
        </message>
        <message>
            <source>Waste</source>
            <translation>Merma</translation>
        </message>
        <message>
            <source>Waste or damage</source>
            <translation>Merma o rotura</translation>
        </message>
        <message>
            <source>added</source>
            <translation>sumado</translation>
        </message>
        <message>
            <source>correction</source>
            <translation>corrección</translation>
        </message>
        <message>
            <source>count</source>
            <translation>recuento</translation>
        </message>
        <message>
            <source>counted</source>
            <translation>contado</translation>
        </message>
        <message>
            <source>decision</source>
            <translation>decisión</translation>
        </message>
        <message>
            <source>found</source>
            <translation>encontrado</translation>
        </message>
        <message>
            <source>from another shop</source>
            <translation>desde otra tienda</translation>
        </message>
        <message>
            <source>goods in</source>
            <translation>entrada</translation>
        </message>
        <message>
            <source>received</source>
            <translation>recibido</translation>
        </message>
        <message>
            <source>returned</source>
            <translation>devuelto</translation>
        </message>
        <message>
            <source>sold</source>
            <translation>vendido</translation>
        </message>
        <message>
            <source>taken away</source>
            <translation>restado</translation>
        </message>
        <message>
            <source>to another shop</source>
            <translation>a otra tienda</translation>
        </message>
        <message>
            <source>transferred in</source>
            <translation>llegado de otra tienda</translation>
        </message>
        <message>
            <source>transferred out</source>
            <translation>enviado a otra tienda</translation>
        </message>
        <message>
            <source>waste</source>
            <translation>merma</translation>
        </message>
        <message>
            <source>wasted</source>
            <translation>merma</translation>
        </message>
    </context>
    <context>
        <name>receipt</name>
        <message>
            <source>Cash expected</source>
            <translation>Efectivo esperado</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>Cambio</translation>
        </message>
        <message>
            <source>Closed</source>
            <translation>Cerrado</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>Copia</translation>
        </message>
        <message>
            <source>Counted</source>
            <translation>Contado</translation>
        </message>
        <message>
            <source>Difference</source>
            <translation>Diferencia</translation>
        </message>
        <message>
            <source>Discount</source>
            <translation>Descuento</translation>
        </message>
        <message>
            <source>Discounts given</source>
            <translation>Descuentos hechos</translation>
        </message>
        <message>
            <source>Float</source>
            <translation>Fondo de caja</translation>
        </message>
        <message>
            <source>For receipt {number}</source>
            <translation>Del ticket {number}</translation>
        </message>
        <message numerus="yes">
            <source>In no sum: %n entry(ies) of a kind that this till does not know</source>
            <translation>
                <numerusform>En ninguna suma: %n apunte de un tipo que esta caja no conoce</numerusform>
                <numerusform>En ninguna suma: %n apuntes de un tipo que esta caja no conoce</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Not yet confirmed: %n entry(ies) not sent yet</source>
            <translation>
                <numerusform>Aún sin confirmar: %n apunte sin enviar</numerusform>
                <numerusform>Aún sin confirmar: %n apuntes sin enviar</numerusform>
            </translation>
        </message>
        <message>
            <source>Now</source>
            <translation>Ahora</translation>
        </message>
        <message>
            <source>Opened</source>
            <translation>Abierto</translation>
        </message>
        <message>
            <source>Receipt {number}</source>
            <translation>Ticket {number}</translation>
        </message>
        <message>
            <source>Rounding of cash</source>
            <translation>Redondeo del efectivo</translation>
        </message>
        <message>
            <source>Served by {name}</source>
            <translation>Le atendió {name}</translation>
        </message>
        <message>
            <source>Tax {rate} in {gross}</source>
            <translation>Impuesto {rate} en {gross}</translation>
        </message>
        <message>
            <source>The server has all of it, but its sums differ. A manager should look at it.</source>
            <translation>El servidor lo tiene todo, pero sus sumas difieren. Debería mirarlo un encargado.</translation>
        </message>
        <message>
            <source>Total</source>
            <translation>Total</translation>
        </message>
        <message>
            <source>Turnover</source>
            <translation>Facturación</translation>
        </message>
        <message>
            <source>X report</source>
            <translation>Informe X</translation>
        </message>
        <message>
            <source>Z report</source>
            <translation>Informe Z</translation>
        </message>
        <message>
            <source>instead of {price}</source>
            <translation>en vez de {price}</translation>
        </message>
        <message>
            <source>{received} of {all} received by the server</source>
            <translation>{received} de {all} recibidos por el servidor</translation>
        </message>
    </context>
    <context>
        <name>rights</name>
        <message>
            <source>adjust stock</source>
            <translation>ajustar existencias</translation>
        </message>
        <message>
            <source>change a price at the till</source>
            <translation>cambiar un precio en la caja</translation>
        </message>
        <message>
            <source>change a product</source>
            <translation>cambiar un producto</translation>
        </message>
        <message>
            <source>change the settings</source>
            <translation>cambiar los ajustes</translation>
        </message>
        <message>
            <source>change the shop’s settings</source>
            <translation>cambiar los ajustes de la tienda</translation>
        </message>
        <message>
            <source>count stock</source>
            <translation>contar existencias</translation>
        </message>
        <message>
            <source>decide about a count</source>
            <translation>decidir sobre un recuento</translation>
        </message>
        <message>
            <source>decide about a product</source>
            <translation>decidir sobre un producto</translation>
        </message>
        <message>
            <source>discard an entry</source>
            <translation>descartar un apunte</translation>
        </message>
        <message>
            <source>give a discount as large as this</source>
            <translation>hacer un descuento tan grande</translation>
        </message>
        <message>
            <source>open or close a shift</source>
            <translation>abrir o cerrar un turno</translation>
        </message>
        <message>
            <source>open the drawer without a sale</source>
            <translation>abrir el cajón sin venta</translation>
        </message>
        <message>
            <source>pay money out of the drawer</source>
            <translation>retirar dinero del cajón</translation>
        </message>
        <message>
            <source>refund otherwise than it was paid</source>
            <translation>devolver de otra forma que se pagó</translation>
        </message>
        <message>
            <source>refund without a receipt</source>
            <translation>devolver sin ticket</translation>
        </message>
        <message>
            <source>sell</source>
            <translation>vender</translation>
        </message>
        <message>
            <source>send goods to another shop</source>
            <translation>enviar mercancía a otra tienda</translation>
        </message>
        <message>
            <source>sign this till out</source>
            <translation>dar de baja esta caja</translation>
        </message>
        <message>
            <source>void a sale</source>
            <translation>anular una venta</translation>
        </message>
    </context>
    <context>
        <name>role</name>
        <message>
            <source>Administrator</source>
            <translation>Administrador</translation>
        </message>
        <message>
            <source>Clerk</source>
            <translation>Cajero</translation>
        </message>
        <message>
            <source>Manager</source>
            <translation>Encargado</translation>
        </message>
    </context>
    <context>
        <name>shop settings</name>
        <message>
            <source>Days in which a receipt can be refunded</source>
            <translation>Días en que se puede reembolsar un recibo</translation>
        </message>
        <message>
            <source>Discount a clerk may give alone</source>
            <translation>Descuento que un dependiente puede hacer por sí solo</translation>
        </message>
        <message>
            <source>Largest plausible amount</source>
            <translation>Importe máximo verosímil</translation>
        </message>
        <message>
            <source>Largest plausible quantity</source>
            <translation>Cantidad máxima verosímil</translation>
        </message>
        <message>
            <source>Lines above each receipt</source>
            <translation>Líneas encima de cada recibo</translation>
        </message>
        <message>
            <source>Lines below each receipt</source>
            <translation>Líneas debajo de cada recibo</translation>
        </message>
        <message>
            <source>Managers also need a code to sign in</source>
            <translation>Encargados: código al entrar</translation>
        </message>
        <message>
            <source>Payment methods</source>
            <translation>Formas de pago</translation>
        </message>
        <message>
            <source>Prices</source>
            <translation>Precios</translation>
        </message>
        <message>
            <source>Refuse counts that are based on nothing</source>
            <translation>Rechazar recuentos que no se basan en nada</translation>
        </message>
        <message>
            <source>Smallest coin that cash is rounded to</source>
            <translation>Moneda más pequeña a la que se redondea el efectivo</translation>
        </message>
        <message>
            <source>Stock is low at or below</source>
            <translation>Hay pocas existencias con esta cantidad o menos</translation>
        </message>
        <message>
            <source>Tax is rounded</source>
            <translation>El impuesto se redondea</translation>
        </message>
        <message>
            <source>Tax rate {key}</source>
            <translation>Tipo de impuesto {key}</translation>
        </message>
        <message>
            <source>from {day} {rate}</source>
            <translation>desde el {day} {rate}</translation>
        </message>
        <message>
            <source>no</source>
            <translation>no</translation>
        </message>
        <message>
            <source>not set</source>
            <translation>sin definir</translation>
        </message>
        <message>
            <source>on each line</source>
            <translation>en cada línea</translation>
        </message>
        <message>
            <source>once for each rate of a receipt</source>
            <translation>una vez por cada tipo en el recibo</translation>
        </message>
        <message>
            <source>with tax</source>
            <translation>con impuesto</translation>
        </message>
        <message>
            <source>without tax, which is added</source>
            <translation>sin impuesto, que se añade</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>sí</translation>
        </message>
    </context>
    <context>
        <name>store</name>
        <message>
            <source>Receipt numbers go on {count} further, so that none is used twice.</source>
            <translation>Los números de ticket saltan {count}, para que ninguno se use dos veces.</translation>
        </message>
        <message>
            <source>Some of it could not be read: compare the drawer and the receipts with the books.</source>
            <translation>Una parte no se pudo leer: compare el cajón y los tickets con los libros.</translation>
        </message>
        <message>
            <source>The damaged file is kept at {path}.</source>
            <translation>El archivo dañado se guarda en {path}.</translation>
        </message>
        <message>
            <source>The disk is full. Nothing was saved; free some space and try again.</source>
            <translation>El disco está lleno. No se ha guardado nada; libere espacio e inténtelo de nuevo.</translation>
        </message>
        <message>
            <source>The till's database cannot be used just now: {cause}</source>
            <translation>La base de datos de la caja no se puede usar ahora mismo: {cause}</translation>
        </message>
        <message>
            <source>The till's database is damaged: {cause}. Close this till and start it again: it then saves everything that can be read, and goes on.</source>
            <translation>La base de datos de la caja está dañada: {cause}. Cierre esta caja y ábrala otra vez: entonces guarda todo lo que se pueda leer y sigue.</translation>
        </message>
        <message>
            <source>This till must be enrolled again; what it has not sent is kept.</source>
            <translation>Esta caja tiene que darse de alta de nuevo; lo que no ha enviado se conserva.</translation>
        </message>
        <message>
            <source>This till's database was damaged and was set aside. {entries} entries were saved from it, {waiting} of them not sent yet.</source>
            <translation>La base de datos de esta caja estaba dañada y se ha apartado. Se salvaron {entries} apuntes, {waiting} de ellos aún sin enviar.</translation>
        </message>
    </context>
    <context>
        <name>unit</name>
        <message>
            <source>Kilogram</source>
            <translation>Kilogramo</translation>
        </message>
        <message>
            <source>Piece</source>
            <translation>Pieza</translation>
        </message>
        <message>
            <source>{figure} kg</source>
            <translation>{figure} kg</translation>
        </message>
        <message>
            <source>{price} a kg</source>
            <translation>{price} el kg</translation>
        </message>
        <message>
            <source>{price} each</source>
            <translation>{price} la unidad</translation>
        </message>
    </context>
</TS>
